import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { usageOf } from '../../cli/audit/bill/usage.ts';
import { billOf } from '../../cli/audit/bill.ts';
import { stackFacts } from '../../core/cost/stack-facts.ts';
import { recordOf } from '../../lambdas/pipeline/audit-entry.ts';
import type { AuditRecord } from '../../lambdas/pipeline/ports.ts';
import { accountId, newService, otherAccountId, type Service, userOf } from '../service.ts';

let kms: Service;
let records: AuditRecord[] = [];
beforeEach(async () => {
  records = [];
  kms = await newService({ auditLog: { write: async (entry) => void records.push(recordOf(entry)) } });
});
afterEach(() => kms.close());

const day = 24 * 3600;
async function* told() {
  yield* records;
}
/** The bill by what it is for, of one account, up to now. */
const bill = async (account = accountId, bounds: { from?: number; to?: number } = {}) => {
  const logged = await usageOf(told(), { now: kms.now().getTime(), ...bounds });
  const months = logged ? billOf(logged) : [];
  const lines = months.flatMap(({ awsKms }) => awsKms.find((one) => one.account === account)?.lines ?? []);
  const sums: Record<string, number> = {};
  for (const { what, quantity } of lines) sums[what] = (sums[what] ?? 0) + quantity;
  return sums;
};
const standard = 'requests: symmetric, HMAC and management';
const keyId = async (parameters = {}) => String((await kms.call('CreateKey', parameters)).KeyMetadata.KeyId);

describe('the bill of what is on record', () => {
  it('has keys by the hours that they are there, over months', async () => {
    await keyId();
    kms.moveClock(30 * day); // from 21 November, 12:00
    await kms.call('ListKeys');
    expect((await bill())['months of keys']).toBeCloseTo((9.5 * 24) / 720 + (20.5 * 24) / 744, 6);
    expect((await bill())[standard]).toBe(2);
  });

  it('has no key that waits for its deletion, unless that is taken back', async () => {
    const KeyId = await keyId();
    kms.moveClock(day);
    await kms.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    kms.moveClock(2 * day);
    expect((await bill())['months of keys']).toBeCloseTo(24 / 720, 6);
    await kms.call('CancelKeyDeletion', { KeyId });
    expect((await bill())['months of keys']).toBeCloseTo(72 / 720, 6);
  });

  it('has replicas, and rotations of all related keys', async () => {
    const KeyId = await keyId({ MultiRegion: true });
    await kms.call('ReplicateKey', { KeyId, ReplicaRegion: 'eu-west-1' });
    const ARN = `arn:aws:kms:us-east-1:${accountId}:key/${KeyId}`;
    records.push({
      eventType: 'AwsServiceEvent',
      eventName: 'RotateKey',
      eventTime: kms.now().toISOString(),
      recipientAccountId: accountId,
      userIdentity: { accountId, invokedBy: 'AWS Internal' },
      resources: [{ ARN }],
    });
    kms.moveClock(day);
    expect(await bill()).toEqual({
      'months of keys': expect.closeTo(48 / 720, 6),
      'months after rotations': expect.closeTo(48 / 720, 6),
      [standard]: 2, // not the CreateKey of the other Region
    });
  });

  it('charges calls by their key, whoever made it when', async () => {
    const rsa = await keyId({ KeySpec: 'RSA_3072', KeyUsage: 'SIGN_VERIFY' });
    const SigningAlgorithm = 'RSASSA_PSS_SHA_256';
    kms.moveClock(day);
    const from = kms.now().getTime();
    await kms.call('Sign', { KeyId: rsa, Message: Buffer.from('message'), SigningAlgorithm });
    await kms.call('GetPublicKey', { KeyId: rsa });
    await kms.call('DescribeKey', { KeyId: rsa });
    await kms.call('Encrypt', { KeyId: 'alias/nothing', Plaintext: Buffer.from('text') });
    expect(await bill(accountId, { from })).toMatchObject({ 'requests: other asymmetric keys': 2, [standard]: 2 });
  });

  it('charges whoever calls, not the owner of the key', async () => {
    const KeyId = await keyId();
    await kms.call('CreateGrant', {
      KeyId,
      GranteePrincipal: userOf(otherAccountId, 'partner').arn,
      Operations: ['Encrypt'],
    });
    const arn = `arn:aws:kms:us-east-1:${accountId}:key/${KeyId}`;
    kms.as(userOf(otherAccountId, 'partner'));
    expect((await kms.call('Encrypt', { KeyId: arn, Plaintext: Buffer.from('text') })).status).toBe(200);
    expect(await bill()).toMatchObject({ [standard]: 2 });
    expect(await bill(otherAccountId)).toMatchObject({ [standard]: 1, 'months of keys': 0 });
  });

  it('leaves out AWS managed keys, and has those that nobody saw made', async () => {
    await kms.call('DescribeKey', { KeyId: 'alias/aws/s3' });
    const KeyId = await keyId();
    records.splice(1, 1);
    kms.moveClock(day);
    await kms.call('DescribeKey', { KeyId });
    expect((await bill())['months of keys']).toBeCloseTo(24 / 720, 6);
  });

  it('is nothing without records, and ends with the last where that is later than now', async () => {
    expect(await usageOf(told(), { now: 0 })).toBeUndefined();
    await keyId();
    kms.moveClock(day);
    await kms.call('ListKeys');
    expect((await usageOf(told(), { now: 0 }))?.span.to).toBe(kms.now().getTime());
  });
});

it('has beside it what a stack of our own would cost for the same, and one machine, which is nothing', async () => {
  const KeyId = await keyId();
  for (let i = 0; i < 9; i += 1) await kms.call('DescribeKey', { KeyId });
  kms.moveClock(3600);
  const logged = await usageOf(told(), { now: kms.now().getTime() });
  const [month] = logged ? billOf(logged) : [];
  const parts = Object.fromEntries(month?.here.onAws.lines.map(({ what, usd }) => [what, usd]) ?? []);
  expect(parts['API Gateway']).toBeCloseTo(10 * 3.5e-6, 9);
  expect(parts['Secrets Manager']).toBeCloseTo((stackFacts.secrets * 0.4) / 730, 6);
  expect(month?.here.onAws.usd).toBeCloseTo(
    Object.values(parts).reduce((a, b) => a + b, 0),
    9,
  );
  expect(month?.here.onOneMachine.usd).toBe(0);
});
