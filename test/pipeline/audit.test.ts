import { afterEach, describe, expect, it } from 'vitest';
import type { AuditRecord, Runtime } from '../../lambdas/pipeline/ports.ts';
import { accountId, newService, otherAccountId, type Service, userOf } from '../service.ts';

let kms: Service;
const start = async (overrides: Partial<Runtime> = {}) => {
  kms = await newService(overrides);
};
afterEach(() => kms.close());

describe('when the record cannot be made durable', () => {
  const cause = new Error('no space left on device');
  let tried = 0;
  const failing = (failsFrom: number) => ({
    auditLog: {
      write: async () => {
        tried += 1;
        if (tried >= failsFrom) throw cause;
      },
    },
  });

  it('fails the call without giving the result away', async () => {
    tried = 0;
    await start(failing(2));
    const { KeyId } = await kms.newKey();
    const failed = await kms.call('GenerateDataKey', { KeyId, KeySpec: 'AES_256' });
    expect(failed).toEqual({ status: 500, __type: 'KMSInternalException', requestId: failed.requestId });
    expect(tried).toBe(2); // one for the key, one for the call: a second record is not tried
    expect(kms.logged).toMatchObject([{ level: 'error', error: cause, requestId: failed.requestId }]);
  });

  it('fails a refused call just so, instead of telling the refusal', async () => {
    tried = 0;
    await start(failing(1));
    const failed = await kms.call('DescribeKey', { KeyId: 'alias/nowhere' });
    expect(failed).toEqual({ status: 500, __type: 'KMSInternalException', requestId: failed.requestId });
    expect(tried).toBe(1);
  });
});

it('answers only once the record is durable', async () => {
  const steps: string[] = [];
  let durable = () => {};
  const written = new Promise<void>((resolve) => {
    durable = resolve;
  });
  await start({
    auditLog: {
      write: async () => {
        steps.push('writing');
        await written;
        steps.push('durable');
      },
    },
  });
  const answer = kms.call('GenerateRandom', { NumberOfBytes: 1 }).then(() => steps.push('answered'));
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(steps).toEqual(['writing']);
  durable();
  await answer;
  expect(steps).toEqual(['writing', 'durable', 'answered']);
});

it('answers a bug of ours bare, logs it whole, and has it on record', async () => {
  const cause = new Error('a secret of the machine room');
  await start();
  const { KeyId } = await kms.newKey();
  const { storesFor } = kms.runtime;
  await kms.close();
  await start({
    storesFor: (uses) => {
      const stores = storesFor(uses);
      return stores.keys ? { ...stores, keys: { ...stores.keys, get: () => Promise.reject(cause) } } : stores;
    },
  });
  const failed = await kms.call('DescribeKey', { KeyId });
  expect(failed).toEqual({ status: 500, __type: 'KMSInternalException', requestId: failed.requestId });
  expect(kms.logged).toMatchObject([{ level: 'error', message: 'DescribeKey failed', error: cause }]);
  expect(kms.audited).toMatchObject([{ errorCode: 'KMSInternalException' }]);
  expect(JSON.stringify(kms.audited)).not.toContain('machine room');
});

describe('the record', () => {
  const recordOf = async (call: () => Promise<unknown>): Promise<AuditRecord> => {
    kms.audited.length = 0;
    await call();
    expect(kms.audited).toHaveLength(1);
    return kms.audited[0] ?? {};
  };

  it('has the fields of CloudTrail', async () => {
    await start();
    const { KeyId, Arn } = await kms.newKey();
    expect(await recordOf(() => kms.call('DescribeKey', { KeyId }))).toEqual({
      eventVersion: '1.11',
      userIdentity: {
        type: 'IAMUser',
        principalId: 'AIDAEXAMPLEEXAMPLE000',
        arn: `arn:aws:iam::${accountId}:user/admin`,
        accountId,
        accessKeyId: 'AKIAEXAMPLEEXAMPLE00',
        userName: 'admin',
      },
      eventTime: '2026-11-21T12:00:00Z',
      eventSource: 'kms.amazonaws.com',
      eventName: 'DescribeKey',
      awsRegion: 'us-east-1',
      sourceIPAddress: '127.0.0.1',
      requestParameters: { keyId: KeyId },
      responseElements: null,
      requestID: '00000000-0000-4000-8000-00000000000a',
      eventID: expect.stringMatching(/^[0-9a-f-]{36}$/),
      readOnly: true,
      resources: [{ accountId, type: 'AWS::KMS::Key', ARN: Arn }],
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: accountId,
      eventCategory: 'Management',
      additionalEventData: { reasons: [expect.stringMatching(/^allowed: /)] },
    });
  });

  it('gives each call an event id of its own', async () => {
    await start();
    const ids = new Set<unknown>();
    for (let i = 0; i < 20; i += 1) ids.add((await recordOf(() => kms.call('ListKeys'))).eventID);
    expect(ids.size).toBe(20);
  });

  it('shows the session and the role behind it', async () => {
    await start();
    kms.as({
      accountId,
      arn: `arn:aws:sts::${accountId}:assumed-role/Lab/s1`,
      type: 'AssumedRole',
      principalId: 'AROAEXAMPLE:s1',
      accessKeyId: 'ASIAEXAMPLE',
      issuer: { arn: `arn:aws:iam::${accountId}:role/Lab`, principalId: 'AROAEXAMPLE', userName: 'Lab' },
    });
    expect((await recordOf(() => kms.call('ListKeys'))).userIdentity).toEqual({
      type: 'AssumedRole',
      principalId: 'AROAEXAMPLE:s1',
      arn: `arn:aws:sts::${accountId}:assumed-role/Lab/s1`,
      accountId,
      accessKeyId: 'ASIAEXAMPLE',
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: 'AROAEXAMPLE',
          arn: `arn:aws:iam::${accountId}:role/Lab`,
          accountId,
          userName: 'Lab',
        },
      },
    });
  });

  it('shows what was sent, and defaults where there are any, with member names in lower case', async () => {
    await start();
    const { KeyId } = await kms.newKey();
    const { requestParameters } = await recordOf(() =>
      kms.call('Encrypt', { KeyId, Plaintext: Buffer.from('p'), EncryptionContext: { Tenant: '42' } }),
    );
    expect(requestParameters).toEqual({
      keyId: KeyId,
      encryptionContext: { Tenant: '42' },
      encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    });
    expect((await recordOf(() => kms.call('ListKeys'))).requestParameters).toBeNull();
  });

  it('shows the answer as far as CloudTrail does, dates as text', async () => {
    await start();
    const Tags = [{ TagKey: 'Team', TagValue: 'A' }];
    const created = await recordOf(() => kms.call('CreateKey', { Tags }));
    expect(created.requestParameters).toMatchObject({ description: '', origin: 'AWS_KMS', tags: [{ tagKey: 'Team' }] });
    const KeyMetadata = { keyState: 'Enabled', creationDate: 'Nov 21, 2026, 12:00:00 PM', enabled: true };
    expect(created.responseElements).toMatchObject({ keyMetadata: KeyMetadata });
    const { KeyId, Arn } = await kms.newKey();
    expect((await recordOf(() => kms.call('DisableKey', { KeyId }))).responseElements).toEqual({ keyId: Arn });
    const scheduled = await recordOf(() => kms.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 }));
    expect(scheduled.responseElements).toEqual({
      keyId: Arn,
      keyState: 'PendingDeletion',
      deletionDate: 'Nov 28, 2026, 12:00:00 PM',
      pendingWindowInDays: 7,
    });
    const alias = { AliasName: 'alias/recorded', TargetKeyId: (await kms.newKey()).KeyId };
    const aliased = await recordOf(() => kms.call('CreateAlias', alias));
    expect(aliased.responseElements).toEqual({ keyId: expect.stringContaining(alias.TargetKeyId) });
    expect(aliased.requestParameters).toEqual({ aliasName: 'alias/recorded', targetKeyId: alias.TargetKeyId });
  });

  it('names both keys of ReEncrypt, the source first', async () => {
    await start();
    const [source, destination] = [await kms.newKey(), await kms.newKey()];
    const { CiphertextBlob } = await kms.call('Encrypt', { KeyId: source.KeyId, Plaintext: Buffer.from('p') });
    const { resources } = await recordOf(() =>
      kms.call('ReEncrypt', { CiphertextBlob, DestinationKeyId: destination.KeyId }),
    );
    expect(resources).toMatchObject([{ ARN: source.Arn }, { ARN: destination.Arn }]);
  });

  it('names no key of another account, and a denial as CloudTrail calls it', async () => {
    await start();
    const { Arn } = await kms.newKey();
    kms.as(userOf(otherAccountId, 'partner'));
    const record = await recordOf(() => kms.call('DescribeKey', { KeyId: Arn }));
    expect(record).toMatchObject({ errorCode: 'AccessDenied', resources: [], recipientAccountId: otherAccountId });
  });

  it('has the time of the clock, to the second', async () => {
    await start();
    kms.moveClock(90.7);
    expect((await recordOf(() => kms.call('ListKeys'))).eventTime).toBe('2026-11-21T12:01:30Z');
  });
});
