import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Standing } from '../../lambdas/pipeline/ports.ts';
import { accountId, allowed, newService, otherAccountId, type Service, userOf } from '../service.ts';

const Plaintext = Buffer.from('text');
const everything = { Effect: 'Allow', Action: 'kms:*', Resource: '*' };
const nothing: Standing = { identity: [], tags: {} };
const keyPolicy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const arnOf = (name: string, account = accountId) => `arn:aws:iam::${account}:user/${name}`;
const delegated = { Effect: 'Allow', Principal: { AWS: accountId }, Action: 'kms:*', Resource: '*' };
const statement = (name: string, more: object = {}) => ({
  Effect: 'Allow',
  Principal: { AWS: arnOf(name) },
  Action: 'kms:Encrypt',
  Resource: '*',
  ...more,
});

describe('authorization', () => {
  let kms: Service;
  beforeAll(async () => {
    kms = await newService();
  });
  afterAll(() => kms.close());
  const asAdmin = () => {
    kms.as(userOf(accountId, 'admin'));
    kms.withStanding(allowed(everything));
  };
  const asAlice = (standing = nothing) => {
    kms.as(userOf(accountId, 'alice'));
    kms.withStanding(standing);
  };
  beforeEach(asAdmin);
  const keyWith = (...statements: object[]) => kms.newKey({ Policy: keyPolicy(delegated, ...statements) });
  const refused = (reason: string, Arn: string) => ({
    status: 400,
    __type: 'AccessDeniedException',
    message: `User: ${arnOf('alice')} is not authorized to perform: kms:Encrypt on resource: ${Arn} ${reason}`,
  });

  it('gives nothing by default, and says which kind of policy was missing', async () => {
    const { KeyId, Arn } = await kms.newKey();
    asAlice();
    const reason = 'because no identity-based policy allows the kms:Encrypt action';
    expect(await kms.call('Encrypt', { KeyId, Plaintext })).toMatchObject(refused(reason, Arn));
  });

  it('lets the key policy alone allow a principal of its account', async () => {
    const { KeyId } = await keyWith(statement('alice'));
    asAlice();
    expect((await kms.call('Encrypt', { KeyId, Plaintext })).status).toBe(200);
  });

  it('lets identity policies decide where the key policy names the account', async () => {
    const { KeyId, Arn } = await kms.newKey();
    asAlice(allowed({ Effect: 'Allow', Action: 'kms:Encrypt', Resource: Arn }));
    expect((await kms.call('Encrypt', { KeyId, Plaintext })).status).toBe(200);
    asAlice(allowed({ Effect: 'Allow', Action: 'kms:Encrypt', Resource: `${Arn}x` }));
    expect((await kms.call('Encrypt', { KeyId, Plaintext })).status).toBe(400);
  });

  it('lets an explicit deny win wherever it stands', async () => {
    const denied = await keyWith(statement('alice', { Effect: 'Deny' }));
    asAlice(allowed(everything));
    const byKey = 'with an explicit deny in a resource-based policy';
    expect(await kms.call('Encrypt', { KeyId: denied.KeyId, Plaintext })).toMatchObject(refused(byKey, denied.Arn));
    asAdmin();
    const named = await keyWith(statement('alice'));
    asAlice(allowed({ Effect: 'Deny', Action: 'kms:Encrypt', Resource: '*' }));
    const byIdentity = 'with an explicit deny in an identity-based policy';
    expect(await kms.call('Encrypt', { KeyId: named.KeyId, Plaintext })).toMatchObject(refused(byIdentity, named.Arn));
  });

  it('needs both sides for another account', async () => {
    const partner = statement('alice', { Principal: { AWS: otherAccountId } });
    const { Arn } = await keyWith(partner);
    kms.as(userOf(otherAccountId, 'partner'));
    kms.withStanding(allowed(everything));
    expect((await kms.call('Encrypt', { KeyId: Arn, Plaintext })).status).toBe(200);
    kms.withStanding(nothing);
    expect((await kms.call('Encrypt', { KeyId: Arn, Plaintext })).status).toBe(400);
    asAdmin();
    const closed = await kms.newKey();
    kms.as(userOf(otherAccountId, 'partner'));
    kms.withStanding(allowed(everything));
    expect((await kms.call('Encrypt', { KeyId: closed.Arn, Plaintext })).status).toBe(400);
  });

  it.each([
    [
      'kms:EncryptionContext:tenant',
      '42',
      { EncryptionContext: { tenant: '42' } },
      { EncryptionContext: { tenant: '1' } },
    ],
    ['kms:EncryptionAlgorithm', 'SYMMETRIC_DEFAULT', {}, undefined],
    ['kms:CallerAccount', accountId, {}, undefined],
    ['kms:KeySpec', 'SYMMETRIC_DEFAULT', {}, undefined],
    ['kms:KeyOrigin', 'EXTERNAL', undefined, {}],
    ['aws:SourceIp', '127.0.0.0/8', {}, undefined],
    ['aws:username', 'alice', {}, undefined],
    ['aws:ResourceTag/team', 'blue', {}, undefined],
    ['aws:ResourceTag/team', 'red', undefined, {}],
  ])('offers %s, here wanted as %s', async (key, value, allowedBy, refusedBy) => {
    const operator = key === 'aws:SourceIp' ? 'IpAddress' : 'StringEquals';
    const Policy = keyPolicy(delegated, statement('alice', { Condition: { [operator]: { [key]: value } } }));
    const { KeyId } = await kms.newKey({ Policy, Tags: [{ TagKey: 'team', TagValue: 'blue' }] });
    asAlice();
    if (allowedBy) expect(await kms.call('Encrypt', { KeyId, Plaintext, ...allowedBy })).toMatchObject({ status: 200 });
    if (refusedBy) expect(await kms.call('Encrypt', { KeyId, Plaintext, ...refusedBy })).toMatchObject({ status: 400 });
  });

  it.each([
    [
      'kms:GrantOperations',
      'ForAllValues:StringEquals',
      'Encrypt',
      { Operations: ['Encrypt'] },
      { Operations: ['Decrypt'] },
    ],
    ['kms:GranteePrincipal', 'StringEquals', arnOf('bob'), {}, { GranteePrincipal: arnOf('carol') }],
    [
      'kms:GrantConstraintType',
      'StringEquals',
      'EncryptionContextSubset',
      { Constraints: { EncryptionContextSubset: { a: '1' } } },
      { Constraints: { EncryptionContextEquals: { a: '1' } } },
    ],
    [
      'kms:EncryptionContext:a',
      'StringEquals',
      '1',
      { Constraints: { EncryptionContextEquals: { a: '1' } } },
      { Constraints: { EncryptionContextEquals: { a: '2' } } },
    ],
  ])('offers %s of a grant to be made', async (key, operator, value, allowedBy, refusedBy) => {
    const create = { Action: 'kms:CreateGrant', Condition: { [operator]: { [key]: value } } };
    const { KeyId } = await keyWith(statement('alice', create));
    asAlice();
    const grant = { KeyId, GranteePrincipal: arnOf('bob'), Operations: ['Encrypt'] };
    expect((await kms.call('CreateGrant', { ...grant, ...allowedBy })).status).toBe(200);
    expect((await kms.call('CreateGrant', { ...grant, ...refusedBy })).status).toBe(400);
  });

  it('asks for both halves of ReEncrypt, each on its key', async () => {
    const [source, destination] = [await kms.newKey(), await kms.newKey()];
    const { CiphertextBlob } = await kms.call('Encrypt', { KeyId: source.KeyId, Plaintext });
    const from = { Effect: 'Allow', Action: 'kms:ReEncryptFrom', Resource: source.Arn };
    const to = { Effect: 'Allow', Action: 'kms:ReEncryptTo', Resource: destination.Arn };
    const move = () => kms.call('ReEncrypt', { CiphertextBlob, DestinationKeyId: destination.KeyId });
    asAlice(allowed(from, to));
    expect((await move()).status).toBe(200);
    asAlice(allowed(from));
    expect((await move()).message).toContain('kms:ReEncryptTo');
    asAlice(allowed(to));
    expect((await move()).message).toContain('kms:ReEncryptFrom');
  });

  it('asks for the alias and for the key', async () => {
    const { KeyId, Arn } = await kms.newKey();
    const on = (Resource: string) => ({ Effect: 'Allow', Action: 'kms:CreateAlias', Resource });
    const alias = `arn:aws:kms:us-east-1:${accountId}:alias/mine`;
    const create = () => kms.call('CreateAlias', { AliasName: 'alias/mine', TargetKeyId: KeyId });
    asAlice(allowed(on(Arn)));
    expect((await create()).message).toContain(`on resource: ${alias}`);
    asAlice(allowed(on(alias)));
    expect((await create()).message).toContain(`on resource: ${Arn}`);
    asAlice(allowed(on(alias), on(Arn)));
    expect((await create()).status).toBe(200);
  });

  it('judges operations without a key by identity policies on everything', async () => {
    asAlice(allowed({ Effect: 'Allow', Action: ['kms:CreateKey', 'kms:GenerateRandom'], Resource: '*' }));
    expect((await kms.call('CreateKey')).status).toBe(200);
    expect((await kms.call('GenerateRandom', { NumberOfBytes: 1 })).status).toBe(200);
    expect(await kms.call('ListKeys')).toMatchObject({ __type: 'AccessDeniedException' });
    const Tags = [{ TagKey: 'a', TagValue: 'b' }];
    expect((await kms.call('CreateKey', { Tags })).message).toContain('kms:TagResource');
  });

  it('puts the reason on record, where the caller does not see it', async () => {
    const { KeyId } = await kms.newKey();
    asAlice();
    const { message } = await kms.call('Encrypt', { KeyId, Plaintext });
    const reasons = expect.arrayContaining(['refused: alice has no identity policy that allows kms:Encrypt.']);
    expect(kms.audited).toMatchObject([{ errorCode: 'AccessDenied', additionalEventData: { reasons } }]);
    expect(message).not.toContain('statement');
  });

  it('tells the owner in one line of the log who was refused what, on which key and why', async () => {
    const { KeyId, Arn } = await keyWith({ ...statement('bob'), Sid: 'AllowUse' });
    kms.refusals.length = 0;
    asAlice();
    const { requestId } = await kms.call('Encrypt', { KeyId, Plaintext });
    const message =
      "refused: alice has no identity policy that allows kms:Encrypt, and the key policy's statement 2 (`AllowUse`) allows only bob.";
    const asked = { caller: arnOf('alice'), action: 'kms:Encrypt', resource: Arn };
    expect(kms.refusals).toEqual([{ level: 'info', message, requestId, ...asked }]);
  });

  it('keeps the values of the encryption context out of the log, and of what is allowed says nothing', async () => {
    const wanted = { StringEquals: { 'kms:EncryptionContext:tenant': 'wanted-value' } };
    const { KeyId } = await keyWith(statement('alice', { Condition: wanted }));
    const grant = { KeyId, GranteePrincipal: arnOf('alice'), Operations: ['Encrypt'] };
    await kms.call('CreateGrant', { ...grant, Constraints: { EncryptionContextEquals: { tenant: 'granted-value' } } });
    kms.refusals.length = 0;
    kms.audited.length = 0;
    asAlice();
    expect(
      (await kms.call('Encrypt', { KeyId, Plaintext, EncryptionContext: { tenant: 'wanted-value' } })).status,
    ).toBe(200);
    expect(kms.refusals).toEqual([]);
    await kms.call('Encrypt', { KeyId, Plaintext, EncryptionContext: { tenant: 'sent-value' } });
    expect(kms.refusals).toMatchObject([{ message: expect.stringContaining('kms:EncryptionContext:tenant') }]);
    expect(JSON.stringify(kms.refusals)).not.toMatch(/(wanted|granted|sent)-value/);
    const onRecord = JSON.stringify(kms.audited.at(-1)?.additionalEventData);
    for (const value of ['wanted-value', 'granted-value', 'sent-value']) expect(onRecord).toContain(value);
  });

  it('tells the owner, not the caller, when a key of another account is not there or works in its account only', async () => {
    const { KeyId, Arn } = await kms.newKey();
    const none = Arn.replace(KeyId, '00000000-0000-4000-8000-000000000000');
    kms.as(userOf(otherAccountId, 'partner'));
    kms.withStanding(allowed(everything));
    const answers = [];
    for (const [name, named] of [
      ['DisableKey', Arn],
      ['DisableKey', none],
      ['Encrypt', none],
    ] as const) {
      answers.push(await kms.call(name, { KeyId: named, Plaintext }));
    }
    const messages = answers.map(({ message }) => String(message).replace('kms:DisableKey', 'kms:Encrypt'));
    expect(new Set(messages).size).toBe(1);
    const ownOnly = "refused: DisableKey works only on keys of the caller's own account, whatever policies say.";
    const notThere = `refused: account ${accountId} has no such key in us-east-1.`;
    const recorded = kms.audited.slice(-3).map(({ additionalEventData }) => additionalEventData);
    expect(recorded).toEqual([ownOnly, notThere, notThere].map((reason) => ({ reasons: [reason] })));
    expect(kms.refusals.slice(-3).map(({ message }) => message)).toEqual([ownOnly, notThere, notThere]);
  });
});
