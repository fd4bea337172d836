import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { everyAlgorithm } from '../../lambdas/every-algorithm.ts';
import { lambdaHandler } from '../../lambdas/gateway.ts';
import { newManagedKeys } from '../../lambdas/managed-keys.ts';
import type { Operation } from '../../lambdas/operation.ts';
import { createKey } from '../../lambdas/operations/create-key.ts';
import { decrypt } from '../../lambdas/operations/decrypt.ts';
import { describeKey } from '../../lambdas/operations/describe-key.ts';
import { encrypt } from '../../lambdas/operations/encrypt.ts';
import { generateRandom } from '../../lambdas/operations/generate-random.ts';
import { newRecipients } from '../../lambdas/recipients.ts';
import { awsKeyring } from '../../lambdas/root-keys.ts';
import { lambdaRuntime, type NewKeyring, type NewRecipients } from '../../lambdas/runtime.ts';
import { newDocument, newTestAuthority } from '../attestation.ts';
import { gatewayEvent } from './gateway-event.ts';

const dynamoDb = mockClient(DynamoDBDocumentClient);
const { getSecretValue, sendMessage } = vi.hoisted(() => ({ getSecretValue: vi.fn(), sendMessage: vi.fn() }));
vi.mock('../../lambdas/call-aws.ts', () => ({
  newCallAws: () => async (service: string, operation: string, input: object) => {
    const called = `${service}.${operation}`;
    if (called === 'sqs.SendMessage') return sendMessage(input);
    if (called === 'secretsmanager.GetSecretValue') return getSecretValue(input);
    throw new Error(`${called} is not expected`);
  },
}));
const written = vi.spyOn(process.stdout, 'write');

const everyKeyring = awsKeyring(everyAlgorithm);
const secretOf = (version: number) => `${version}`.padEnd(64, 'Sample0');
const fixture = {
  AWS_REGION: 'us-east-1',
  KEYS_TABLE: 'kms-keys',
  ALIASES_TABLE: 'kms-aliases',
  GRANTS_TABLE: 'kms-grants',
  USAGE_TABLE: 'kms-usage',
  AUDIT_QUEUE_URL: 'https://queue.invalid/audit',
  INSTALLATION_ID: 'kms',
  ROOT_ARNS: 'arn:root-1',
};

/** A table of items in memory, as far as calls get and put items. */
const keepItems = () => {
  const items = new Map<string, Record<string, unknown>>();
  const idOf = ({ KeyId, item, AccountId, AliasName }: Record<string, unknown>) =>
    AliasName === undefined ? `${KeyId} ${item}` : `${AccountId} ${AliasName}`;
  dynamoDb.on(PutCommand).callsFake(({ TableName, Item }) => {
    items.set(`${TableName} ${idOf(Item)}`, Item);
    return {};
  });
  dynamoDb.on(GetCommand).callsFake(({ TableName, Key }) => ({ Item: items.get(`${TableName} ${idOf(Key)}`) }));
  // Key records are read together with their markers; there are none.
  dynamoDb.on(QueryCommand).callsFake(({ TableName, IndexName, ExpressionAttributeValues: values }) => {
    const record = IndexName === undefined && items.get(`${TableName} ${values[':id']} ${values[':to']}`);
    return { Items: record ? [record] : [], Count: 0 };
  });
};

beforeEach(() => {
  for (const [name, value] of Object.entries(fixture)) vi.stubEnv(name, value);
  dynamoDb.reset();
  keepItems();
  sendMessage.mockReset().mockResolvedValue({ MessageId: 'm' });
  getSecretValue
    .mockReset()
    .mockImplementation(async ({ SecretId }) => ({ SecretString: secretOf(Number(SecretId.at(-1))) }));
  written.mockReset().mockReturnValue(true);
});
afterEach(() => vi.unstubAllEnvs());

const newFunction = (operation: Operation, newKeyring?: NewKeyring) => {
  const handler = lambdaHandler(operation, lambdaRuntime(newKeyring, { makeManagedKeys: newManagedKeys }));
  return async (parameters: Record<string, unknown>) => {
    const { statusCode, body } = await handler(gatewayEvent(operation.name, parameters));
    return { statusCode, ...JSON.parse(body) };
  };
};

const newKey = async (): Promise<string> => (await newFunction(createKey, everyKeyring)({})).KeyMetadata.KeyId;

const audited = () =>
  sendMessage.mock.calls.map(([{ QueueUrl, MessageBody }]) => ({ queue: QueueUrl, ...JSON.parse(MessageBody) }));

const logged = () => written.mock.calls.map(([line]) => JSON.parse(String(line)));

it('makes a key in one function and uses it in others: they share nothing but tables and the root secret', async () => {
  const KeyId = await newKey();
  const Plaintext = Buffer.from('hello').toString('base64');
  const encrypted = await newFunction(encrypt, everyKeyring)({ KeyId, Plaintext });
  expect(encrypted.statusCode).toBe(200);
  const decrypted = await newFunction(decrypt, everyKeyring)({ CiphertextBlob: encrypted.CiphertextBlob });
  expect(decrypted).toMatchObject({ statusCode: 200, Plaintext });
  expect(audited()).toMatchObject([{ eventName: 'CreateKey' }, { eventName: 'Encrypt' }, { eventName: 'Decrypt' }]);
  expect(new Set(audited().map(({ queue }) => queue))).toEqual(new Set([fixture.AUDIT_QUEUE_URL]));
});

it('reads the root secret once in the life of a function, however many calls there are at a time', async () => {
  const create = newFunction(createKey, everyKeyring);
  await Promise.all([create({}), create({}), create({})]);
  await create({});
  expect(getSecretValue).toHaveBeenCalledOnce();
});

it('tries the root secret again in the next call when it could not be read', async () => {
  const create = newFunction(createKey, everyKeyring);
  getSecretValue.mockRejectedValue(new Error('throttled'));
  expect(await create({})).toMatchObject({ statusCode: 500, __type: 'KMSInternalException' });
  getSecretValue.mockResolvedValue({ SecretString: secretOf(1) });
  expect(await create({})).toMatchObject({ statusCode: 200 });
});

it('wraps under the newest root secret, and opens what was wrapped under an older one', async () => {
  const older = await newKey();
  vi.stubEnv('ROOT_ARNS', 'arn:root-1,arn:root-2');
  const newer = await newKey();
  expect(getSecretValue).toHaveBeenLastCalledWith({ SecretId: 'arn:root-2' });
  const call = newFunction(encrypt, everyKeyring);
  for (const KeyId of [older, newer])
    expect(await call({ KeyId, Plaintext: 'AA==' })).toMatchObject({ statusCode: 200 });
  vi.stubEnv('ROOT_ARNS', 'arn:root-1');
  const withoutNewer = newFunction(encrypt, everyKeyring);
  expect(await withoutNewer({ KeyId: newer, Plaintext: 'AA==' })).toMatchObject({ __type: 'KMSInternalException' });
  expect(JSON.stringify(logged())).toContain('there is no root secret of version 2');
});

it('wraps under the root secret that is in force, where that is not the last, and asks for none that was given up', async () => {
  const oldest = await newKey();
  vi.stubEnv('ROOT_ARNS', 'arn:root-1,arn:root-2');
  vi.stubEnv('ROOT_IN_FORCE', '1');
  getSecretValue.mockClear();
  await newKey();
  expect(getSecretValue.mock.calls).toEqual([[{ SecretId: 'arn:root-1' }]]);
  vi.stubEnv('ROOT_ARNS', ',arn:root-2');
  vi.stubEnv('ROOT_IN_FORCE', '2');
  const KeyId = await newKey();
  const call = newFunction(encrypt, everyKeyring);
  expect(await call({ KeyId, Plaintext: 'AA==' })).toMatchObject({ statusCode: 200 });
  expect(await call({ KeyId: oldest, Plaintext: 'AA==' })).toMatchObject({ __type: 'KMSInternalException' });
  expect(JSON.stringify(logged())).toContain('there is no root secret of version 1');
  expect(getSecretValue.mock.calls.flat()).not.toContainEqual({ SecretId: '' });
});

it('cannot open keys with the root secret of another installation', async () => {
  const KeyId = await newKey();
  vi.stubEnv('INSTALLATION_ID', 'other');
  expect(await newFunction(encrypt, everyKeyring)({ KeyId, Plaintext: 'AA==' })).toMatchObject({ statusCode: 500 });
});

it('refuses to work with a root secret that is too short', async () => {
  getSecretValue.mockResolvedValue({ SecretString: 'short' });
  expect(await newFunction(createKey, everyKeyring)({})).toMatchObject({ __type: 'KMSInternalException' });
  expect(dynamoDb.commandCalls(PutCommand)).toHaveLength(0);
});

it('needs no root secret where no key material is used', async () => {
  const KeyId = await newKey();
  getSecretValue.mockClear();
  vi.stubEnv('ROOT_ARNS', undefined);
  expect(await newFunction(describeKey)({ KeyId })).toMatchObject({ statusCode: 200, KeyMetadata: { KeyId } });
  expect(getSecretValue).not.toHaveBeenCalled();
});

it('gives no key material to a function that was bundled without it', async () => {
  const KeyId = await newKey();
  expect(await newFunction(encrypt)({ KeyId, Plaintext: 'AA==' })).toMatchObject({ __type: 'KMSInternalException' });
});

it('fails as KMSInternalException when DynamoDB throttles, says no more, and audits and logs the failure', async () => {
  const KeyId = await newKey();
  sendMessage.mockClear();
  const throttled = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
  dynamoDb.on(QueryCommand).rejects(throttled);
  const answer = await newFunction(encrypt, everyKeyring)({ KeyId, Plaintext: 'AA==' });
  expect(answer).toEqual({ statusCode: 500, __type: 'KMSInternalException' });
  expect(audited()).toMatchObject([{ eventName: 'Encrypt', errorCode: 'KMSInternalException' }]);
  expect(logged()).toMatchObject([
    { level: 'error', requestId: 'request-1', error: { name: 'ThrottlingException', message: 'Rate exceeded' } },
  ]);
});

it('lets no success out, and no refusal either, whose record SQS has not taken', async () => {
  const KeyId = await newKey();
  sendMessage.mockRejectedValue(new Error('queue is gone'));
  const call = newFunction(describeKey);
  for (const id of [KeyId, '11111111-2222-3333-4444-555555555555']) {
    expect(await call({ KeyId: id })).toEqual({ statusCode: 500, __type: 'KMSInternalException' });
  }
  expect(logged()).toMatchObject([{ error: { message: 'queue is gone' } }, { error: { message: 'queue is gone' } }]);
});

it('reads a record again after a second', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
  try {
    const KeyId = await newKey();
    const call = newFunction(describeKey);
    const reads = async (passedMs: number) => {
      vi.advanceTimersByTime(passedMs);
      dynamoDb.resetHistory();
      await call({ KeyId });
      return dynamoDb.commandCalls(QueryCommand).length;
    };
    expect([await reads(0), await reads(500), await reads(600)]).toEqual([1, 0, 1]);
  } finally {
    vi.useRealTimers();
  }
});

it.each(['AWS_REGION', 'AUDIT_QUEUE_URL', 'KEYS_TABLE', 'ALIASES_TABLE', 'ROOT_ARNS', 'INSTALLATION_ID'])(
  'does not start without %s',
  (name) => {
    vi.stubEnv(name, '');
    expect(() => newFunction(encrypt, everyKeyring)).toThrow(`the environment variable ${name} is not set`);
  },
);

it('verifies attestation documents only under roots that are set, in a function that was bundled for it', async () => {
  const now = { from: new Date(Date.now() - 60_000), to: new Date(Date.now() + 60_000) };
  const authority = await newTestAuthority({ root: now, between: now, leaf: now });
  const AttestationDocument = (await newDocument(authority)).toString('base64');
  const Recipient = { KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256', AttestationDocument };
  const ask = (bundled?: NewRecipients) => {
    const handler = lambdaHandler(generateRandom, lambdaRuntime(undefined, { newRecipients: bundled }));
    return handler(gatewayEvent('GenerateRandom', { NumberOfBytes: 8, Recipient }));
  };
  const refused = { statusCode: 400, body: expect.stringContaining('UnsupportedOperationException') };
  expect(await ask(newRecipients)).toMatchObject(refused);
  vi.stubEnv('ATTESTATION_ROOTS', authority.root.pem);
  expect(await ask()).toMatchObject(refused);
  expect(await ask(newRecipients)).toMatchObject({
    statusCode: 200,
    body: expect.stringMatching(/^\{"CiphertextForRecipient":"[^"]+"\}$/),
  });
  vi.stubEnv('ATTESTATION_ROOTS', 'no certificate');
  await expect(async () => ask(newRecipients)).rejects.toThrow('there is no certificate in PEM');
});

it('starts without the tables it does not use', () => {
  vi.stubEnv('KEYS_TABLE', '');
  vi.stubEnv('ALIASES_TABLE', '');
  expect(lambdaRuntime().storesFor({})).toEqual({});
  expect(() => lambdaRuntime().storesFor({ keys: ['get'] })).toThrow('KEYS_TABLE');
});

it('hands out just the functions that are declared', () => {
  const { keys } = lambdaRuntime().storesFor({ keys: ['material', 'get'] });
  expect(Object.keys(keys ?? {}).toSorted()).toEqual(['get', 'material']);
});

it('has no way to Regions where it is not deployed, and says so', async () => {
  vi.stubEnv('OTHER_REGIONS', 'eu-west-1,ap-south-1');
  const refusal = { name: 'UnsupportedOperationException', message: expect.stringContaining('eu-west-2') };
  await expect(lambdaRuntime().inRegion('eu-west-2')).rejects.toMatchObject(refusal);
  expect(await lambdaRuntime().inRegion('ap-south-1')).toHaveProperty('keys');
});

it('reads the environment in one file of lambdas/ alone', () => {
  const folder = fileURLToPath(new URL('../../lambdas/', import.meta.url));
  const readers = globSync('**/*.ts', { cwd: folder }).filter((file) =>
    readFileSync(folder + file, 'utf8').includes('process.env'),
  );
  expect(readers).toEqual(['runtime.ts']);
});

it('makes an AWS managed key in the function that declares it, and in no other', async () => {
  const use = { KeyId: 'alias/aws/s3', Plaintext: 'AA==' };
  const notFound = { statusCode: 400, __type: 'NotFoundException' };
  expect(await newFunction(encrypt, everyKeyring)(use)).toMatchObject(notFound);
  const { KeyMetadata } = await newFunction(describeKey, everyKeyring)({ KeyId: 'alias/aws/s3' });
  expect(KeyMetadata.KeyManager).toBe('AWS');
  // Now it is found; that nobody uses it without S3 is its policy's.
  expect(await newFunction(encrypt, everyKeyring)(use)).toMatchObject({ __type: 'AccessDeniedException' });
});
