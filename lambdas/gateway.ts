import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { KmsError } from '../core/model/errors.ts';
import { bodyTooLarge, largestBody } from '../core/model/request-size.ts';
import type { Operation } from './operation.ts';
import { headerValues } from './pipeline/header-values.ts';
import { serve } from './pipeline/index.ts';
import type { HttpReply, HttpRequest, Runtime } from './pipeline/ports.ts';
import { replyToError } from './pipeline/reply.ts';

/** The Lambda handler of an operation behind a REST API's proxy integration. */
export const lambdaHandler = (operation: Operation, runtime: Runtime) => {
  const answer = serve(operation, runtime);
  return async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const request = toRequest(event);
    const refusal = refusalOf(operation, request);
    return toResult(refusal === undefined ? await answer(request) : replyToError(request.requestId, refusal));
  };
};

const refusalOf = (operation: Operation, request: HttpRequest): KmsError | undefined => {
  if (isTooLarge(request)) return bodyTooLarge();
  return isFor(operation, request) ? undefined : new KmsError('UnknownOperationException');
};

/** The gateway takes ten times as much. */
export const isTooLarge = ({ body }: HttpRequest): boolean => body.length > largestBody;

/** A request that says what it wants must want this: the caller's permission was judged by the path alone. */
const isFor = ({ name }: Operation, { headers }: HttpRequest): boolean =>
  headers.get('x-amz-target')?.every((target) => target === `TrentService.${name}`) ?? true;

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html */
export const toRequest = (event: APIGatewayProxyEvent): HttpRequest => {
  const { httpMethod, path, body, isBase64Encoded, requestContext } = event;
  return {
    method: httpMethod,
    path,
    query: new URLSearchParams(pairsOf(event.multiValueQueryStringParameters)).toString(),
    headers: headerValues(pairsOf(event.multiValueHeaders).flat()),
    body: Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8'),
    sourceIp: requestContext.identity.sourceIp,
    vpc: vpcOf(requestContext.identity),
    requestId: requestContext.requestId, // the gateway sends it to the client too
    identity: { ...requestContext.identity },
  };
};

/** A private API is called through a VPC endpoint. */
const vpcOf = ({ vpceId, vpcId }: APIGatewayProxyEvent['requestContext']['identity']): HttpRequest['vpc'] =>
  vpceId ? { endpointId: vpceId, vpcId: vpcId || undefined } : undefined;

const pairsOf = (lists: Readonly<Record<string, readonly string[] | undefined>> | null): [string, string][] =>
  Object.entries(lists ?? {}).flatMap(([name, values = []]) => values.map((value): [string, string] => [name, value]));

/** Without our header for the request id: the gateway sends its own, the same, and would put ours under another name. */
export const toResult = ({ status, headers, body }: HttpReply): APIGatewayProxyResult => {
  const { 'x-amzn-requestid': _, ...ours } = headers;
  return { statusCode: status, headers: ours, body };
};
