import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isUse } from '../../lambdas/pipeline/uses.ts';
import { everyOperation, validRequest } from '../requests.ts';
import { accountId, allowed, newService, otherAccountId, type Service, userOf } from '../service.ts';

let kms: Service;
beforeEach(async () => {
  kms = await newService();
});
afterEach(() => kms.close());

const Plaintext = Buffer.from('text');
const lastUsage = (KeyId: string) => kms.call('GetKeyLastUsage', { KeyId });
const seconds = () => kms.now().getTime() / 1000;

/** The enum KeyLastUsageTrackingOperation of the service's model. */
const tracked = [
  'Decapsulate',
  'Decrypt',
  'DeriveSharedSecret',
  'Encapsulate',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateMac',
  'ReEncrypt',
  'Sign',
  'Verify',
  'VerifyMac',
];

describe('GetKeyLastUsage', () => {
  it('tells nothing of a key that was never used', async () => {
    const { KeyId } = await kms.newKey();
    const created = seconds();
    kms.moveClock(60);
    expect(await lastUsage(KeyId)).toEqual({
      status: 200,
      requestId: expect.any(String),
      KeyId,
      KeyCreationDate: created,
      TrackingStartDate: created,
      KeyLastUsage: {},
    });
  });

  it('tells the last use: what, when, and where it is on record', async () => {
    const { KeyId, Arn } = await kms.newKey();
    await kms.call('Encrypt', { KeyId, Plaintext });
    kms.moveClock(60);
    const { requestId } = await kms.call('GenerateDataKey', { KeyId: Arn, KeySpec: 'AES_256' });
    const { eventID } = kms.audited.at(-1) ?? {};
    expect(await lastUsage(Arn)).toMatchObject({
      KeyId,
      KeyLastUsage: {
        Operation: 'GenerateDataKey',
        Timestamp: seconds(),
        CloudTrailEventId: eventID,
        KmsRequestId: requestId,
      },
    });
  });

  it('counts the operations that AWS counts', () => {
    const counted = everyOperation.filter(([, operation]) => isUse(operation)).map(([name]) => name);
    expect(counted.toSorted()).toEqual(tracked);
  });

  it.each(everyOperation)('is as %s leaves it', async (name, operation) => {
    const { parameters, keys } = await validRequest(kms, operation);
    const before = await Promise.all(Object.values(keys).map(({ KeyId }) => kms.stores.usage.get(KeyId)));
    kms.moveClock(60);
    const answer = await kms.call(name, parameters);
    // Those on custom key stores do nothing yet.
    if (answer.__type !== 'UnsupportedOperationException') expect(answer.status).toBe(200);
    const after = await Promise.all(Object.values(keys).map(({ KeyId }) => kms.stores.usage.get(KeyId)));
    if (tracked.includes(name)) {
      expect(after).toMatchObject(Object.keys(keys).map(() => ({ Operation: name, Timestamp: kms.now() })));
    } else {
      expect(after).toEqual(before);
    }
  });

  it('knows nothing of refused calls and dry runs', async () => {
    const { KeyId } = await kms.newKey();
    await kms.call('Encrypt', { KeyId, Plaintext, DryRun: true });
    kms.withStanding(allowed());
    await kms.call('Encrypt', { KeyId, Plaintext });
    kms.withStanding(allowed({ Effect: 'Allow', Action: 'kms:*', Resource: '*' }));
    await kms.call('Decrypt', { KeyId, CiphertextBlob: 'AAAA' });
    const mac = await kms.newKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
    const wrong = { KeyId: mac.KeyId, Message: Plaintext, MacAlgorithm: 'HMAC_SHA_256', Mac: Buffer.alloc(32) };
    expect(await kms.call('VerifyMac', wrong)).toMatchObject({ __type: 'KMSInvalidMacException' });
    for (const id of [KeyId, mac.KeyId]) expect((await lastUsage(id)).KeyLastUsage).toEqual({});
  });

  it('counts the use by another account as well', async () => {
    const Statement = [accountId, otherAccountId].map((AWS) => ({
      Effect: 'Allow',
      Principal: { AWS },
      Action: 'kms:*',
      Resource: '*',
    }));
    const { KeyId, Arn } = await kms.newKey({ Policy: JSON.stringify({ Version: '2012-10-17', Statement }) });
    kms.as(userOf(otherAccountId, 'partner'));
    expect((await kms.call('Encrypt', { KeyId: Arn, Plaintext })).status).toBe(200);
    expect(await lastUsage(Arn)).toMatchObject({ __type: 'AccessDeniedException' }); // but does not tell it
    kms.as(userOf(accountId, 'admin'));
    expect((await lastUsage(KeyId)).KeyLastUsage.Operation).toBe('Encrypt');
  });

  it('does not change the key record', async () => {
    const { KeyId } = await kms.newKey();
    const before = await kms.stores.keys.get(KeyId);
    await kms.call('Encrypt', { KeyId, Plaintext });
    await kms.stores.usage.flush();
    expect(await kms.stores.keys.get(KeyId)).toEqual(before);
    expect((await lastUsage(KeyId)).KeyLastUsage.Operation).toBe('Encrypt');
  });
});

it('fails no call when a use cannot be noted, but says so in the log', async () => {
  const error = new Error('no space left on device');
  const usage = { get: async () => undefined, note: () => Promise.reject(error), forget: async () => {} };
  const failing = await newService({ storesFor: (uses) => ({ ...kms.runtime.storesFor(uses), usage }) });
  const { KeyMetadata } = await failing.call('CreateKey');
  expect((await failing.call('Encrypt', { KeyId: KeyMetadata.KeyId, Plaintext })).status).toBe(200);
  expect(failing.logged).toMatchObject([{ level: 'warn', error }]);
  await failing.close();
});

it('notes no use whose record is not durable', async () => {
  const { KeyId } = await kms.newKey();
  const { auditLog } = kms.runtime;
  const { write } = auditLog;
  auditLog.write = async () => {
    throw new Error('no space left on device');
  };
  expect((await kms.call('Encrypt', { KeyId, Plaintext })).status).toBe(500);
  auditLog.write = write;
  expect((await lastUsage(KeyId)).KeyLastUsage).toEqual({});
});

describe.each(['DisableKey', 'ScheduleKeyDeletion'] as const)('kms:TrailingDaysWithoutKeyUsage of %s', (name) => {
  const afterIdleDays = (days: number) =>
    allowed({
      Effect: 'Allow',
      Action: 'kms:*',
      Resource: '*',
      Condition: { NumericGreaterThanEqualsIfExists: { 'kms:TrailingDaysWithoutKeyUsage': String(days) } },
    });

  it('counts whole days since the last use', async () => {
    const { KeyId } = await kms.newKey();
    kms.moveClock(20 * 86_400);
    await kms.call('Encrypt', { KeyId, Plaintext });
    kms.withStanding(afterIdleDays(10));
    kms.moveClock(10 * 86_400 - 1);
    expect(await kms.call(name, { KeyId })).toMatchObject({ __type: 'AccessDeniedException' });
    kms.moveClock(1);
    expect(await kms.call(name, { KeyId })).toMatchObject({ status: 200 });
  });

  it('counts from its creation for a key that was never used', async () => {
    const { KeyId } = await kms.newKey();
    kms.withStanding(afterIdleDays(10));
    kms.moveClock(10 * 86_400 - 1);
    expect(await kms.call(name, { KeyId })).toMatchObject({ __type: 'AccessDeniedException' });
    kms.moveClock(1);
    expect(await kms.call(name, { KeyId })).toMatchObject({ status: 200 });
  });
});
