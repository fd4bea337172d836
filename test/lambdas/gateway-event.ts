import type { APIGatewayProxyEvent } from 'aws-lambda';

const account = '111122223333';

/** What API Gateway says of a caller whose signature it has checked. */
export const identities = {
  user: {
    accountId: account,
    userArn: `arn:aws:iam::${account}:user/staff/alice`,
    caller: 'AIDAEXAMPLEEXAMPLE000',
    user: 'AIDAEXAMPLEEXAMPLE000',
    accessKey: 'AKIAEXAMPLEEXAMPLE00',
    sourceIp: '203.0.113.7',
  },
  session: {
    accountId: account,
    userArn: `arn:aws:sts::${account}:assumed-role/Lab/session-1`,
    caller: 'AROAEXAMPLEEXAMPLE000:session-1',
    user: 'AROAEXAMPLEEXAMPLE000:session-1',
    accessKey: 'ASIAEXAMPLEEXAMPLE00',
    sourceIp: '203.0.113.7',
  },
  root: {
    accountId: account,
    userArn: `arn:aws:iam::${account}:root`,
    caller: account,
    user: account,
    accessKey: 'AKIAEXAMPLEEXAMPLE01',
    sourceIp: '203.0.113.7',
  },
};

export const gatewayEvent = (
  operation: string,
  body: unknown,
  changes: Partial<Omit<APIGatewayProxyEvent, 'requestContext'>> & { identity?: object } = {},
): APIGatewayProxyEvent => {
  const { identity = identities.user, ...rest } = changes;
  const event = {
    resource: `/${operation}`,
    path: `/${operation}`,
    httpMethod: 'POST',
    headers: { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': `TrentService.${operation}` },
    multiValueHeaders: {
      'Content-Type': ['application/x-amz-json-1.1'],
      'X-Amz-Target': [`TrentService.${operation}`],
      'User-Agent': ['aws-sdk-js/3'],
    },
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    stageVariables: null,
    requestContext: { accountId: '999999999999', stage: 'prod', requestId: 'request-1', identity },
    body: JSON.stringify(body),
    isBase64Encoded: false,
    ...rest,
  };
  return event as unknown as APIGatewayProxyEvent; // the parts of an event that nobody reads are left out
};
