import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { callerOfIdentity } from '../../lambdas/caller.ts';
import { lambdaHandler, toRequest } from '../../lambdas/gateway.ts';
import { disableKey } from '../../lambdas/operations/disable-key.ts';
import { generateRandom } from '../../lambdas/operations/generate-random.ts';
import { recordOf } from '../../lambdas/pipeline/audit-entry.ts';
import type { AuditRecord, Runtime } from '../../lambdas/pipeline/ports.ts';
import { allowed } from '../service.ts';
import { gatewayEvent, identities } from './gateway-event.ts';

const unused = () => {
  throw new Error('not used here');
};

/** A runtime without stores: enough for GenerateRandom. */
const newRuntime = () => {
  const audited: AuditRecord[] = [];
  const runtime: Runtime = {
    region: 'us-east-1',
    clock: () => new Date('2026-11-21T12:00:00Z'),
    random: randomBytes,
    authenticate: ({ identity }) => callerOfIdentity(identity),
    standingOf: () => allowed({ Effect: 'Allow', Action: 'kms:*', Resource: '*' }),
    principalExists: unused,
    keyPolicyOf: unused,
    storesFor: () => ({}),
    inRegion: unused,
    keyring: {
      newMaterial: unused,
      newDataKeyPair: unused,
      newImportParameters: unused,
      importMaterial: unused,
      keepMaterial: unused,
      roots: { known: [], inForce: 0 },
      rootOf: unused,
      rewrap: unused,
      use: unused,
    },
    quotas: { within: unused },
    auditLog: { write: async (entry) => void audited.push(recordOf(entry)) },
    log: () => {},
  };
  return { audited, runtime };
};

it('answers as the operation does, under the request id of the gateway', async () => {
  const { audited, runtime } = newRuntime();
  const result = await lambdaHandler(generateRandom, runtime)(gatewayEvent('GenerateRandom', { NumberOfBytes: 16 }));
  expect(result).toMatchObject({ statusCode: 200, headers: { 'content-type': 'application/x-amz-json-1.1' } });
  expect(Buffer.from(JSON.parse(result.body).Plaintext, 'base64')).toHaveLength(16);
  expect(audited).toMatchObject([
    {
      requestID: 'request-1',
      sourceIPAddress: '203.0.113.7',
      userAgent: 'aws-sdk-js/3',
      recipientAccountId: '111122223333', // the caller's, not the owner's of the API
      userIdentity: { arn: identities.user.userArn },
    },
  ]);
});

it('leaves the request id to the gateway, which would put ours under another name', async () => {
  const { runtime } = newRuntime();
  const { headers } = await lambdaHandler(
    generateRandom,
    runtime,
  )(gatewayEvent('GenerateRandom', { NumberOfBytes: 1 }));
  expect(Object.keys(headers ?? {})).toEqual(['content-type']);
});

it('answers an error as an answer, not as a failure of the function', async () => {
  const { runtime } = newRuntime();
  const result = await lambdaHandler(generateRandom, runtime)(gatewayEvent('GenerateRandom', { NumberOfBytes: 0 }));
  expect(result.statusCode).toBe(400);
  expect(JSON.parse(result.body)).toMatchObject({ __type: 'ValidationException' });
});

it('refuses a call without an identity, and keeps no record of nobody', async () => {
  const { audited, runtime } = newRuntime();
  const event = gatewayEvent('GenerateRandom', { NumberOfBytes: 1 }, { identity: { sourceIp: '203.0.113.7' } });
  const result = await lambdaHandler(generateRandom, runtime)(event);
  expect(JSON.parse(result.body)).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
  expect(audited).toEqual([]);
});

it('takes a request without a target, as clients send that carry the operation in the path alone', async () => {
  const { runtime } = newRuntime();
  const multiValueHeaders = { 'Content-Type': ['application/json'] };
  const event = gatewayEvent('GenerateRandom', { NumberOfBytes: 1 }, { multiValueHeaders });
  expect(await lambdaHandler(generateRandom, runtime)(event)).toMatchObject({ statusCode: 200 });
});

it('refuses a request whose target is another operation than its path', async () => {
  const { audited, runtime } = newRuntime();
  const result = await lambdaHandler(disableKey, runtime)(gatewayEvent('EnableKey', { KeyId: 'k' }));
  expect([result.statusCode, JSON.parse(result.body)]).toEqual([400, { __type: 'UnknownOperationException' }]);
  expect(audited).toEqual([]);
});

it('refuses a body of more than 1 MiB before it reads it', async () => {
  const { runtime } = newRuntime();
  const body = { NumberOfBytes: 1, more: 'A'.repeat(1024 * 1024) };
  const result = await lambdaHandler(generateRandom, runtime)(gatewayEvent('GenerateRandom', body));
  expect([result.statusCode, JSON.parse(result.body)]).toMatchObject([
    413,
    { __type: 'RequestEntityTooLargeException' },
  ]);
});

it('hands in headers in lower case with all their values, and the query', () => {
  const request = toRequest(
    gatewayEvent(
      'Encrypt',
      {},
      {
        multiValueHeaders: { 'X-Many': ['1', '2'], 'content-TYPE': ['text/plain'] },
        multiValueQueryStringParameters: { 'a b': ['1', '2&3'] },
      },
    ),
  );
  expect([...request.headers]).toEqual([
    ['x-many', ['1', '2']],
    ['content-type', ['text/plain']],
  ]);
  expect(request).toMatchObject({ method: 'POST', path: '/Encrypt', query: 'a+b=1&a+b=2%263', requestId: 'request-1' });
});

it.each([
  ['text', { body: '{"é":1}', isBase64Encoded: false }, '{"é":1}'],
  ['base64', { body: Buffer.from([0xff, 0x00]).toString('base64'), isBase64Encoded: true }, Buffer.from([0xff, 0x00])],
  ['no body', { body: null, isBase64Encoded: false }, ''],
])('reads a body of %s', (_, sent, expected) => {
  expect(toRequest(gatewayEvent('Encrypt', {}, sent)).body).toEqual(Buffer.from(expected as string)); // or bytes
});

it('tells through which VPC endpoint a call came to a private API', async () => {
  const { audited, runtime } = newRuntime();
  const identity = { ...identities.user, sourceIp: '10.0.0.7', vpceId: 'vpce-1', vpcId: 'vpc-1' };
  const event = gatewayEvent('GenerateRandom', { NumberOfBytes: 1 }, { identity });
  expect(toRequest(event).vpc).toEqual({ endpointId: 'vpce-1', vpcId: 'vpc-1' });
  expect(toRequest(gatewayEvent('GenerateRandom', {})).vpc).toBeUndefined();
  expect(await lambdaHandler(generateRandom, runtime)(event)).toMatchObject({ statusCode: 200 });
  expect(audited).toMatchObject([{ sourceIPAddress: '10.0.0.7', vpcEndpointId: 'vpce-1' }]);
});

it('does without headers and query', () => {
  const none = { headers: null, multiValueHeaders: null } as never; // the gateway's test button sends null
  expect(toRequest(gatewayEvent('Encrypt', {}, none))).toMatchObject({ headers: new Map(), query: '' });
});
