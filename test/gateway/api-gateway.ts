import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { headerValues } from '../../lambdas/pipeline/header-values.ts';
import type { Principal } from '../../local/principals.ts';
import type { AuthenticationErrorName } from '../../local/sigv4.ts';
import { newSigV4Verifier } from '../../local/sigv4.ts';
import { type Api, methodArn, proxyEvent } from './event.ts';
import { type Answer, type GatewayResponses, type Refusal, type ResponseType, render } from './responses.ts';

/** The function behind a resource; what it throws is a failure of the integration. */
export type GatewayFunction = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;

export interface ApiGatewayOptions extends Partial<Api> {
  /** By the path of its resource: `/Encrypt`, or `/`. All methods are POST with `AWS_IAM`. */
  readonly functions: ReadonlyMap<string, GatewayFunction>;
  /** Who can sign; read at each request. */
  readonly principals: readonly Principal[];
  /** IAM's answer for `execute-api:Invoke`. @default everybody may */
  mayInvoke?(principal: Principal, methodArn: string): boolean;
  /** @default none: AWS's own */
  readonly responses?: GatewayResponses;
  /** In PEM, for HTTPS. @default HTTP */
  readonly tls?: { readonly key: Buffer; readonly cert: Buffer };
}

/** Of a request, in bytes. */
const largestPayload = 10 * 1024 * 1024;

/**
 * A REST API of API Gateway with Lambda proxy integrations, on a port of this machine: a path for each resource under the
 * stage, Signature Version 4 for `execute-api` and its own Region, IAM's decision, proxy events, gateway responses.
 * Nothing of it is ours to decide: it does what the API Gateway Developer Guide says.
 */
export const startApiGateway = async (options: ApiGatewayOptions) => {
  const { functions, principals, responses = {}, mayInvoke = () => true } = options;
  const {
    apiId = 'a1b2c3d4e5',
    region = 'us-east-1',
    stage = 'prod',
    ownerId = principals[0]?.accountId ?? '',
  } = options;
  const api: Api = { apiId, region, stage, ownerId };
  const verify = newSigV4Verifier({
    find: (id) => principals.find(({ accessKeyId }) => accessKeyId === id),
    now: () => new Date(),
    services: ['execute-api'],
    maxSkewSeconds: 300,
  });
  const events: APIGatewayProxyEvent[] = [];

  const answer = async (request: IncomingMessage, requestId: string): Promise<Answer> => {
    const { method = '', url = '' } = request;
    const body = await buffer(request);
    if (body.length > largestPayload) return tooLong;
    const refuse = (refusal: Refusal) => render(responses, refusal, requestId);
    const [path = '', query = ''] = url.split(/\?(.*)/s);
    if (path !== `/${stage}` && !path.startsWith(`/${stage}/`)) return forbidden;
    const resource = path.slice(stage.length + 1) || '/';
    const handler = functions.get(resource);
    if (handler === undefined || method !== 'POST') return refuse(missingToken);
    const verified = verify({ method, path, query, headers: headerValues(request.rawHeaders), body });
    if (!verified.ok) return refuse(refusalOf(verified.error));
    if (verified.region !== region) return refuse(wrongRegion(verified.region));
    const arn = methodArn(api, method, resource);
    if (!mayInvoke(verified.credential, arn)) return refuse(accessDenied(verified.credential, arn));
    const event = proxyEvent(api, request, { resource, query, body }, verified.credential, requestId);
    events.push(event);
    try {
      return answerOf(await handler(event));
    } catch {
      return refuse(failed);
    }
  };

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const requestId = randomUUID();
    const { status, headers, body } = await answer(request, requestId);
    const own = { 'x-amzn-RequestId': requestId, 'x-amz-apigw-id': requestId.slice(0, 16) };
    response.writeHead(status, { ...headers, ...own, 'content-length': Buffer.byteLength(body) }).end(body);
  };
  const server = options.tls ? createSecureServer(options.tls, serve) : createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port

  return {
    /** With the stage, without a slash at the end. */
    endpoint: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}/${stage}`,
    api,
    /** What was handed to functions, in the order of arrival. */
    events,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
};

export type ApiGateway = Awaited<ReturnType<typeof startApiGateway>>;

const typesOf: Readonly<Record<AuthenticationErrorName, ResponseType>> = {
  MissingAuthenticationTokenException: 'MISSING_AUTHENTICATION_TOKEN',
  IncompleteSignatureException: 'DEFAULT_4XX',
  InvalidSignatureException: 'INVALID_SIGNATURE',
  UnrecognizedClientException: 'DEFAULT_4XX', // not documented
  ExpiredTokenException: 'EXPIRED_TOKEN',
};

const refusalOf = ({ name, message = '' }: { readonly name: AuthenticationErrorName; readonly message?: string }) => ({
  type: typesOf[name],
  name,
  message,
});

const missingToken: Refusal = {
  type: 'MISSING_AUTHENTICATION_TOKEN',
  name: 'MissingAuthenticationTokenException',
  message: 'Missing Authentication Token',
};

const wrongRegion = (region: string): Refusal => ({
  type: 'INVALID_SIGNATURE',
  name: 'InvalidSignatureException',
  message: `Credential should be scoped to a valid region, not '${region}'. `,
});

const accessDenied = ({ arn: caller }: Principal, arn: string): Refusal => ({
  type: 'ACCESS_DENIED',
  name: 'AccessDeniedException',
  message: `User: ${caller} is not authorized to perform: execute-api:Invoke on resource: ${arn.replace(/:\d{8}(\d{4}):/, ':********$1:')}`,
});

const failed: Refusal = {
  type: 'DEFAULT_5XX',
  name: 'InternalServerErrorException',
  message: 'Internal server error',
};

/** These two cannot be customised. */
const tooLong: Answer = { status: 413, headers: {}, body: '{"message":"Request Too Long"}' };
const forbidden: Answer = {
  status: 403,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': 'ForbiddenException' },
  body: '{"message":"Forbidden"}',
};

/** Headers that the gateway has for itself come out under other names. */
const answerOf = ({ statusCode, headers = {}, multiValueHeaders = {}, body }: APIGatewayProxyResult): Answer => {
  if (!Number.isInteger(statusCode) || typeof body !== 'string') throw new Error('not the form of a proxy answer');
  const all = [...Object.entries(headers), ...Object.entries(multiValueHeaders).flatMap(firstOfEach)];
  const named = all.map(([name, value]) => [
    /^(x-amzn-requestid|user-agent|content-md5|www-authenticate)$/i.test(name) ? `x-amzn-Remapped-${name}` : name,
    String(value),
  ]);
  return { status: statusCode, headers: Object.fromEntries(named), body };
};

const firstOfEach = ([name, values = []]: [string, (boolean | number | string)[] | undefined]) =>
  values.map((value): [string, boolean | number | string] => [name, value]);
