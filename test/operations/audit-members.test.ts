import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseBlob } from '../../core/model/ciphertext-blob.ts';
import type { OperationName } from '../../lambdas/operations/index.ts';
import type { AuditRecord } from '../../lambdas/pipeline/ports.ts';
import { everyOperation, type Parameters, type ValidRequest, validRequest } from '../requests.ts';
import { accountId, allowed, newService, otherAccountId, region, type Service, userOf } from '../service.ts';
import { auditRows } from './audit-rows.ts';

let kms: Service;
const everything = allowed({ Effect: 'Allow', Action: 'kms:*', Resource: '*' });
beforeAll(async () => {
  kms = await newService();
});
afterAll(() => kms.close());
beforeEach(() => {
  kms.as(userOf(accountId, 'admin'));
  kms.withStanding(everything);
});

/** As it is written: without members that are undefined. */
const written = (record: AuditRecord | undefined): AuditRecord => JSON.parse(JSON.stringify(record));

const recordOf = async (name: OperationName, parameters: Parameters = {}): Promise<AuditRecord> => {
  kms.audited.length = 0;
  await kms.call(name, parameters);
  return written(kms.audited[0]);
};

/** Puts what the request had in the places of its names. */
const filledIn = (expected: Parameters | null | undefined, { parameters, keys }: ValidRequest) =>
  expected &&
  Object.fromEntries(
    Object.entries(expected).map(([name, value]) => {
      if (typeof value !== 'string' || !value.startsWith('$')) return [name, value];
      return [name, keys[value.slice(1)]?.Arn ?? parameters[value.slice(1)]];
    }),
  );

describe.each(everyOperation)('the record of %s', (name, operation) => {
  const row = auditRows[name];

  it('shows of the request, of the answer and of keys what CloudTrail does', async () => {
    const request = await validRequest(kms, operation);
    const record = await recordOf(name, request.parameters);
    expect(record.requestParameters).toEqual(filledIn(row.parameters, request));
    if (operation.refused === undefined) {
      expect(record.responseElements).toEqual(filledIn(row.response, request) ?? null);
    }
    const alias = `arn:aws:kms:${region}:${accountId}:${request.parameters.AliasName}`;
    const arns = row.resources
      .filter((target) => target !== 'made')
      .map((target) => request.keys[target]?.Arn ?? alias);
    const made = row.resources.includes('made') ? [expect.stringContaining(':key/')] : [];
    const resources = [...arns, ...made].map((ARN) => ({ accountId, type: 'AWS::KMS::Key', ARN }));
    expect(record.resources).toEqual(resources);
    const { reasons: _, ...data } = Object(record.additionalEventData) as Record<string, unknown>;
    const materials = (row.materials ?? []).map((member) => [member, expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect(data).toMatchObject(Object.fromEntries(materials));
    expect(Object.keys(data).filter((member) => /materialid$/i.test(member))).toEqual(row.materials ?? []);
  });

  it('has no members of the answer when the call is refused', async () => {
    const request = await validRequest(kms, operation);
    kms.withStanding({ identity: [], tags: {} });
    kms.as(userOf(otherAccountId, 'stranger'));
    const record = await recordOf(name, request.parameters);
    if (record.errorCode === undefined) return; // it needs no permission
    expect(record).toMatchObject({ responseElements: null, resources: [], recipientAccountId: otherAccountId });
    expect(record.requestParameters).toEqual(filledIn(row.parameters, request));
    expect(kms.audited).toHaveLength(1);
  });
});

it("shows what was sent beyond that, members with a default too, and leaves names that are the caller's as they are", async () => {
  const { KeyId } = await kms.newKey();
  const shown = async (name: OperationName, parameters: Parameters) =>
    (await recordOf(name, { KeyId, ...parameters })).requestParameters;
  expect(await shown('GetKeyPolicy', { PolicyName: 'default' })).toEqual({ keyId: KeyId, policyName: 'default' });
  const rotations = { IncludeKeyMaterial: 'ROTATIONS_ONLY' };
  expect(await shown('ListKeyRotations', rotations)).toEqual({ keyId: KeyId, includeKeyMaterial: 'ROTATIONS_ONLY' });
  expect(await shown('ScheduleKeyDeletion', {})).toEqual({ keyId: KeyId, pendingWindowInDays: 30 });
  await kms.call('CancelKeyDeletion', { KeyId });
  await kms.call('EnableKey', { KeyId });
  const Constraints = { EncryptionContextEquals: { Tenant: 'A', AWS: 'b' } };
  const grant = { GranteePrincipal: userOf(accountId, 'a').arn, Operations: ['Decrypt'], Name: 'n', Constraints };
  expect(await shown('CreateGrant', grant)).toEqual({
    keyId: KeyId,
    granteePrincipal: grant.GranteePrincipal,
    operations: ['Decrypt'],
    name: 'n',
    constraints: { encryptionContextEquals: { Tenant: 'A', AWS: 'b' } },
  });
  const rsa = { KeySpec: undefined, KeyId: undefined, CustomerMasterKeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' };
  expect(await shown('CreateKey', rsa)).toMatchObject({ keySpec: 'RSA_2048', customerMasterKeySpec: 'RSA_2048' });
});

it('names the key material that a ciphertext was made under, also when the answer is for an attested caller', async () => {
  const { KeyId } = await kms.newKey();
  const made = await kms.call('GenerateDataKey', { KeyId, KeySpec: 'AES_256' });
  const material = parseBlob(Buffer.from(made.CiphertextBlob, 'base64'))?.KeyMaterialId;
  await kms.call('RotateKeyOnDemand', { KeyId });
  const moved = await recordOf('ReEncrypt', { CiphertextBlob: made.CiphertextBlob, DestinationKeyId: KeyId });
  const now = (await kms.stores.keys.get(KeyId))?.currentKeyMaterialId;
  expect(moved.additionalEventData).toMatchObject({ sourceKeyMaterialId: material, destinationKeyMaterialId: now });
  expect(now).not.toBe(material);
  const failed = await recordOf('Decrypt', { CiphertextBlob: made.CiphertextBlob, EncryptionContext: { not: 'it' } });
  expect(failed).toMatchObject({ errorCode: 'InvalidCiphertextException' });
  expect(failed.additionalEventData).not.toHaveProperty('keyMaterialId');
});

it('names the grant that was retired', async () => {
  const { KeyId } = await kms.newKey();
  const grant = { KeyId, GranteePrincipal: userOf(accountId, 'a').arn, Operations: ['Decrypt'] };
  const { GrantId, GrantToken } = await kms.call('CreateGrant', grant);
  const record = await recordOf('RetireGrant', { GrantToken });
  expect(record).toMatchObject({ requestParameters: null, additionalEventData: { grantId: GrantId } });
});

it('keeps of members that are too large together only that they were', async () => {
  const { KeyId } = await kms.newKey();
  const Policy = 'x'.repeat(110_000);
  const record = await recordOf('PutKeyPolicy', { KeyId, Policy });
  const originalSize = expect.stringMatching(/^110\d{3}$/);
  const omitted = { reason: 'requestParameters too large', omitted: 'true', originalSize };
  expect(record).toMatchObject({ errorCode: 'LimitExceededException', requestParameters: omitted });
});

it('tells when a session began, where that is known', async () => {
  const arn = `arn:aws:sts::${accountId}:assumed-role/Lab/s1`;
  const issuer = { arn: `arn:aws:iam::${accountId}:role/Lab`, principalId: 'AROAEXAMPLE', userName: 'Lab' };
  const session = { creationDate: '2026-11-21T08:00:00Z', mfaAuthenticated: false };
  kms.as({ ...userOf(accountId, 'x'), arn, type: 'AssumedRole', principalId: 'AROAEXAMPLE:s1', issuer, session });
  const attributes = { creationDate: '2026-11-21T08:00:00Z', mfaAuthenticated: 'false' };
  expect((await recordOf('ListKeys')).userIdentity).toMatchObject({ sessionContext: { attributes } });
});

describe('a call on a key of another account', () => {
  const partner = userOf(otherAccountId, 'partner');
  const open = async () => {
    const key = await kms.newKey();
    const root = { Effect: 'Allow', Principal: { AWS: [accountId, otherAccountId] }, Action: 'kms:*', Resource: '*' };
    await kms.call('PutKeyPolicy', { KeyId: key.KeyId, Policy: JSON.stringify({ Statement: [root] }) });
    kms.audited.length = 0;
    return key;
  };

  it('is on record in both accounts when it succeeds, without what is only for the caller', async () => {
    const { Arn } = await open();
    kms.as(partner);
    await kms.call('Encrypt', { KeyId: Arn, Plaintext: randomBytes(8) });
    const [own = {}, copy = {}, ...others] = kms.audited.map(written);
    expect(others).toEqual([]);
    const resources = [{ accountId, type: 'AWS::KMS::Key', ARN: Arn }];
    expect(own).toMatchObject({ recipientAccountId: otherAccountId, resources, userIdentity: { arn: partner.arn } });
    expect(copy).toEqual({
      ...own,
      recipientAccountId: accountId,
      userIdentity: { type: 'AWSAccount', principalId: partner.principalId, accountId: otherAccountId },
      eventID: copy.eventID,
      additionalEventData: { keyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(copy.eventID).not.toBe(own.eventID);
    expect(own.sharedEventID).toMatch(/^[0-9a-f-]{36}$/);
    expect(own.additionalEventData).toHaveProperty('reasons');
  });

  it('is on record in the account of the caller alone when it fails, be it denied or not', async () => {
    const { Arn } = await open();
    kms.as(partner);
    await kms.call('Decrypt', { KeyId: Arn, CiphertextBlob: randomBytes(80) });
    kms.withStanding({ identity: [], tags: {} });
    await kms.call('Encrypt', { KeyId: Arn, Plaintext: randomBytes(8) });
    const errors = ['InvalidCiphertextException', 'AccessDenied'];
    expect(kms.audited.map(({ errorCode }) => errorCode)).toEqual(errors);
    for (const record of kms.audited.map(written)) {
      expect(record).toMatchObject({ recipientAccountId: otherAccountId, resources: [] });
      expect(record).not.toHaveProperty('sharedEventID');
    }
  });

  it('tells each owner of the two keys of ReEncrypt of its own', async () => {
    const theirs = await open();
    kms.as(partner);
    const own = await kms.newKey();
    const { CiphertextBlob } = await kms.call('Encrypt', { KeyId: theirs.Arn, Plaintext: randomBytes(8) });
    kms.audited.length = 0;
    await kms.call('ReEncrypt', { CiphertextBlob, DestinationKeyId: own.KeyId });
    expect(kms.audited).toMatchObject([
      { recipientAccountId: otherAccountId, resources: [{ ARN: theirs.Arn }, { ARN: own.Arn }] },
      { recipientAccountId: accountId, resources: [{ ARN: theirs.Arn }] },
    ]);
  });
});
