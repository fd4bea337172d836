import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Principal } from '../../local/principals.ts';

export interface Api {
  readonly apiId: string;
  readonly region: string;
  readonly stage: string;
  /** The account that the API belongs to. */
  readonly ownerId: string;
}

/** `arn:aws:execute-api:…` of a method, without its stage's variables and caches. */
export const methodArn = ({ region, ownerId, apiId, stage }: Api, method: string, resource: string): string =>
  `arn:aws:execute-api:${region}:${ownerId}:${apiId}/${stage}/${method}${resource}`;

/**
 * The event of a Lambda proxy integration, with `AWS_IAM` on the method: the signature is not handed on.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
export const proxyEvent = (
  api: Api,
  request: IncomingMessage,
  { resource, query, body }: { readonly resource: string; readonly query: string; readonly body: Buffer },
  principal: Principal,
  requestId: string,
): APIGatewayProxyEvent => {
  const method = request.method ?? '';
  const sourceIp = request.socket.remoteAddress ?? '';
  const now = new Date();
  const multiValueHeaders = listsOf([
    ...headerPairs(request).filter(([name]) => !/^(authorization|connection|content-length)$/i.test(name)),
    ['X-Amzn-Trace-Id', `Root=1-${Math.floor(now.getTime() / 1000).toString(16)}-${randomUUID().replaceAll('-', '')}`],
    ['X-Forwarded-For', sourceIp],
    ['X-Forwarded-Port', '443'],
    ['X-Forwarded-Proto', 'https'],
  ]);
  const multiValueQuery = query === '' ? null : listsOf([...new URLSearchParams(query)]);
  return {
    resource,
    path: resource, // without the stage
    httpMethod: method,
    headers: lastOf(multiValueHeaders),
    multiValueHeaders,
    queryStringParameters: multiValueQuery && lastOf(multiValueQuery),
    multiValueQueryStringParameters: multiValueQuery,
    pathParameters: null,
    stageVariables: null,
    requestContext: {
      accountId: api.ownerId,
      apiId: api.apiId,
      authorizer: null,
      domainName: `${api.apiId}.execute-api.${api.region}.amazonaws.com`,
      domainPrefix: api.apiId,
      extendedRequestId: randomUUID().slice(0, 16),
      protocol: 'HTTP/1.1',
      httpMethod: method,
      identity: identityOf(principal, sourceIp, request.headers['user-agent']),
      path: `/${api.stage}${resource}`,
      stage: api.stage,
      requestId,
      requestTime: now.toUTCString(),
      requestTimeEpoch: now.getTime(),
      resourceId: 'abc123',
      resourcePath: resource,
    },
    body: body.length === 0 ? null : body.toString('utf8'),
    isBase64Encoded: false,
  };
};

/** What the gateway finds out about who signed. */
export const identityOf = (
  { accountId, accessKeyId, principalId, arn }: Principal,
  sourceIp = '127.0.0.1',
  userAgent?: string,
): APIGatewayProxyEvent['requestContext']['identity'] => ({
  accessKey: accessKeyId,
  accountId,
  apiKey: null,
  apiKeyId: null,
  caller: principalId,
  clientCert: null,
  cognitoAuthenticationProvider: null,
  cognitoAuthenticationType: null,
  cognitoIdentityId: null,
  cognitoIdentityPoolId: null,
  principalOrgId: null,
  sourceIp,
  user: principalId,
  userAgent: userAgent ?? null,
  userArn: arn,
});

/** As the client sent them, in its case. */
const headerPairs = ({ rawHeaders }: IncomingMessage): [string, string][] =>
  Array.from({ length: rawHeaders.length / 2 }, (_, i) => [rawHeaders[2 * i] ?? '', rawHeaders[2 * i + 1] ?? '']);

const listsOf = (pairs: readonly (readonly [string, string])[]): Record<string, string[]> => {
  const lists: Record<string, string[]> = {};
  for (const [name, value] of pairs) lists[name] = [...(lists[name] ?? []), value];
  return lists;
};

const lastOf = (lists: Readonly<Record<string, readonly string[]>>): Record<string, string> =>
  Object.fromEntries(Object.entries(lists).map(([name, values]) => [name, values.at(-1) ?? '']));
