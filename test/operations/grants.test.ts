import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accountId, allowed, newService, otherAccountId, type Service, userOf } from '../service.ts';

const arnOf = (name: string, account = accountId) => `arn:aws:iam::${account}:user/${name}`;
const alice = arnOf('alice');
const Plaintext = Buffer.from('text');

describe('grants', () => {
  let kms: Service;
  let KeyId: string;
  let Arn: string;
  beforeAll(async () => {
    kms = await newService();
  });
  afterAll(() => kms.close());
  const asAdmin = () => {
    kms.as(userOf(accountId, 'admin'));
    kms.withStanding(allowed({ Effect: 'Allow', Action: 'kms:*', Resource: '*' }));
  };
  const asUser = (name: string, account = accountId) => {
    kms.as(userOf(account, name));
    kms.withStanding({ identity: [], tags: {} });
  };
  beforeEach(async () => {
    asAdmin();
    ({ KeyId, Arn } = await kms.newKey());
  });

  it('let the grantee do what they list, and nothing else, until they are revoked', async () => {
    const { GrantId } = await kms.call('CreateGrant', { KeyId, GranteePrincipal: alice, Operations: ['Encrypt'] });
    asUser('alice');
    const encrypted = await kms.call('Encrypt', { KeyId, Plaintext });
    expect(encrypted.status).toBe(200);
    const { CiphertextBlob } = encrypted;
    expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({ __type: 'AccessDeniedException' });
    asUser('bob');
    expect(await kms.call('Encrypt', { KeyId, Plaintext })).toMatchObject({ __type: 'AccessDeniedException' });
    asAdmin();
    expect((await kms.call('RevokeGrant', { KeyId, GrantId })).status).toBe(200);
    asUser('alice');
    expect(await kms.call('Encrypt', { KeyId, Plaintext })).toMatchObject({ __type: 'AccessDeniedException' });
  });

  it('cross accounts with an identity policy of the grantee', async () => {
    const GranteePrincipal = arnOf('partner', otherAccountId);
    await kms.call('CreateGrant', { KeyId, GranteePrincipal, Operations: ['GenerateDataKey'] });
    asUser('partner', otherAccountId);
    const call = () => kms.call('GenerateDataKey', { KeyId: Arn, KeySpec: 'AES_256' });
    expect(await call()).toMatchObject({
      __type: 'AccessDeniedException',
      message: `User: ${GranteePrincipal} is not authorized to perform: kms:GenerateDataKey on this resource because no identity-based policy allows the kms:GenerateDataKey action`,
    });
    kms.withStanding(allowed({ Effect: 'Allow', Action: 'kms:GenerateDataKey', Resource: Arn }));
    expect(await call()).toMatchObject({ KeyId: Arn });
  });

  it.each([
    [
      { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
      ['Encrypt', 'VerifyMac', 'Sign'],
      'Operations [Encrypt, Sign] are not supported when creating a grant for a symmetric KMS key with key usage GENERATE_VERIFY_MAC. Valid operations are [CreateGrant, RetireGrant, DescribeKey, GenerateMac, VerifyMac]',
    ],
    [
      { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' },
      ['GenerateMac', 'GenerateMac'],
      'Operations [GenerateMac] are not supported when creating a grant for an asymmetric KMS key with key usage SIGN_VERIFY. Valid operations are [CreateGrant, RetireGrant, DescribeKey, Sign, Verify, GetPublicKey]',
    ],
  ])('fit the key: of %j they give none of %j', async (of, Operations, message) => {
    const other = await kms.newKey(of);
    const refused = await kms.call('CreateGrant', { KeyId: other.KeyId, GranteePrincipal: alice, Operations });
    expect(refused).toMatchObject({ status: 400, __type: 'ValidationException', message });
    const Constraints = { EncryptionContextEquals: { a: '1' } };
    expect(
      await kms.call('CreateGrant', {
        KeyId: other.KeyId,
        GranteePrincipal: alice,
        Operations: ['DescribeKey'],
        Constraints,
      }),
    ).toMatchObject({
      __type: 'ValidationException',
      message: 'EncryptionContext is supported only when creating a grant for a symmetric encryption KMS key.',
    });
  });

  it('are dated to the second', async () => {
    kms.moveClock(0.123);
    await kms.call('CreateGrant', { KeyId, GranteePrincipal: alice, Operations: ['Encrypt'] });
    const [{ CreationDate }] = (await kms.call('ListGrants', { KeyId })).Grants;
    expect(CreationDate).toBe(Math.floor(kms.now().getTime() / 1000));
  });

  it('that were made in the account of the grantee need none', async () => {
    const { Policy } = await kms.call('GetKeyPolicy', { KeyId });
    const { Version, Statement } = JSON.parse(Policy);
    const AWS = arnOf('maker', otherAccountId);
    Statement.push({ Effect: 'Allow', Principal: { AWS }, Action: 'kms:CreateGrant', Resource: '*' });
    await kms.call('PutKeyPolicy', { KeyId, Policy: JSON.stringify({ Version, Statement }) });
    kms.as(userOf(otherAccountId, 'maker'));
    const GranteePrincipal = arnOf('partner', otherAccountId);
    await kms.call('CreateGrant', { KeyId: Arn, GranteePrincipal, Operations: ['GenerateDataKey'] });
    asUser('partner', otherAccountId);
    expect(await kms.call('GenerateDataKey', { KeyId: Arn, KeySpec: 'AES_256' })).toMatchObject({ KeyId: Arn });
    asUser('other', otherAccountId);
    expect((await kms.call('GenerateDataKey', { KeyId: Arn, KeySpec: 'AES_256' })).status).toBe(400);
  });

  it.each([
    [{ EncryptionContextEquals: { a: '1' } }, { a: '1' }, 200],
    [{ EncryptionContextEquals: { a: '1' } }, { a: '1', b: '2' }, 400],
    [{ EncryptionContextSubset: { a: '1' } }, { a: '1', b: '2' }, 200],
    [{ EncryptionContextSubset: { a: '1' } }, { a: '2' }, 400],
    [{ EncryptionContextSubset: { a: '1' } }, undefined, 400],
  ])('constrained by %j meet the context %j with %i', async (Constraints, EncryptionContext, status) => {
    await kms.call('CreateGrant', { KeyId, GranteePrincipal: alice, Operations: ['Encrypt'], Constraints });
    asUser('alice');
    expect((await kms.call('Encrypt', { KeyId, Plaintext, EncryptionContext })).status).toBe(status);
  });

  it.each(['Equals', 'Subset'])(
    'are bound by a pair named __proto__ as by any other, in EncryptionContext%s',
    async (kind) => {
      const constraints = `{"EncryptionContext${kind}":{"__proto__":"x"}}`;
      const to = { KeyId, GranteePrincipal: alice, Operations: ['Encrypt'] };
      await kms.send('CreateGrant', `${JSON.stringify(to).slice(0, -1)},"Constraints":${constraints}}`);
      const [grant] = (await kms.call('ListGrants', { KeyId })).Grants;
      expect(JSON.stringify(grant.Constraints)).toBe(constraints);
      asUser('alice');
      const under = async (context: string) => {
        const input = JSON.stringify({ KeyId, Plaintext: Plaintext.toString('base64') });
        return (await kms.send('Encrypt', `${input.slice(0, -1)},"EncryptionContext":${context}}`)).status;
      };
      expect(await under('{"__proto__":"x"}')).toBe(200);
      expect(await under('{"__proto__":"y"}')).toBe(400);
      expect(await under('{}')).toBe(400);
    },
  );

  it('take one of the two contexts, and an empty one for none, as Terraform sends it', async () => {
    const create = (Constraints: object) =>
      kms.call('CreateGrant', { KeyId, GranteePrincipal: alice, Operations: ['Encrypt'], Constraints });
    const both = { EncryptionContextEquals: { a: '1' }, EncryptionContextSubset: { a: '1' } };
    expect(await create(both)).toMatchObject({
      status: 400,
      __type: 'ValidationException',
      message: 'More than one constraint supplied',
    });
    const { GrantId } = await create({ EncryptionContextEquals: {}, EncryptionContextSubset: { a: '1' } });
    const [grant] = (await kms.call('ListGrants', { KeyId, GrantId })).Grants;
    expect(grant.Constraints).toEqual({ EncryptionContextSubset: { a: '1' } });
    asUser('alice');
    const EncryptionContext = { a: '1', b: '2' };
    expect((await kms.call('Encrypt', { KeyId, Plaintext, EncryptionContext })).status).toBe(200);
  });

  it('with the same name and content are one grant, each call with a token of its own', async () => {
    const named = { KeyId, GranteePrincipal: alice, Operations: ['Encrypt'], Name: 'once' };
    const [first, again] = [await kms.call('CreateGrant', named), await kms.call('CreateGrant', named)];
    expect(again.GrantId).toBe(first.GrantId);
    expect(again.GrantToken).not.toBe(first.GrantToken);
    const other = await kms.call('CreateGrant', { ...named, Operations: ['Decrypt'] });
    expect(other.GrantId).not.toBe(first.GrantId);
    expect((await kms.call('ListGrants', { KeyId })).Grants).toHaveLength(2);
    const nameless = { KeyId, GranteePrincipal: alice, Operations: ['Encrypt'] };
    const ids = [await kms.call('CreateGrant', nameless), await kms.call('CreateGrant', nameless)].map(
      (g) => g.GrantId,
    );
    expect(new Set(ids).size).toBe(2);
  });

  it('are shown with everything, by key, id and grantee, and to those who may retire them', async () => {
    const RetiringPrincipal = arnOf('bob');
    const Constraints = { EncryptionContextSubset: { tenant: '42' } };
    const grant = { GranteePrincipal: alice, RetiringPrincipal, Operations: ['Encrypt'], Name: 'shown', Constraints };
    const { GrantId } = await kms.call('CreateGrant', { KeyId, ...grant });
    await kms.call('CreateGrant', { KeyId, GranteePrincipal: arnOf('carol'), Operations: ['Decrypt'] });
    const entry = { KeyId: Arn, GrantId, ...grant, IssuingAccount: `arn:aws:iam::${accountId}:root` };
    expect((await kms.call('ListGrants', { KeyId, GrantId })).Grants).toMatchObject([entry]);
    expect((await kms.call('ListGrants', { KeyId, GranteePrincipal: alice })).Grants).toMatchObject([entry]);
    expect((await kms.call('ListRetirableGrants', { RetiringPrincipal })).Grants).toContainEqual(
      expect.objectContaining({ GrantId }),
    );
  });

  it('give tokens that calls may carry; one that names no grant is refused', async () => {
    const { GrantToken } = await kms.call('CreateGrant', { KeyId, GranteePrincipal: alice, Operations: ['Encrypt'] });
    asUser('alice');
    expect((await kms.call('Encrypt', { KeyId, Plaintext, GrantTokens: [GrantToken] })).status).toBe(200);
    const refusal = { __type: 'InvalidGrantTokenException' };
    expect(await kms.call('Encrypt', { KeyId, Plaintext, GrantTokens: ['garbage'] })).toMatchObject(refusal);
  });

  it('let a grantee with CreateGrant hand on no more than it holds', async () => {
    const held = { EncryptionContextSubset: { a: '1' } };
    const Operations = ['CreateGrant', 'Encrypt'];
    await kms.call('CreateGrant', { KeyId, GranteePrincipal: alice, Operations, Constraints: held });
    asUser('alice');
    const child = { KeyId, GranteePrincipal: arnOf('bob') };
    const create = (members: object) => kms.call('CreateGrant', { ...child, ...members });
    expect((await create({ Operations: ['Encrypt'], Constraints: held })).status).toBe(200);
    expect(await create({ Operations: ['Encrypt'] })).toMatchObject({ __type: 'AccessDeniedException' });
    expect(await create({ Operations: ['Decrypt'], Constraints: held })).toMatchObject({
      __type: 'AccessDeniedException',
    });
  });

  it.each([
    [{ Operations: ['Encrypt'] }, 'ValidationException'],
    [
      { GranteePrincipal: alice, GranteeServicePrincipal: 's3.amazonaws.com', Operations: ['Encrypt'] },
      'ValidationException',
    ],
    [{ GranteePrincipal: alice, Operations: [] }, 'ValidationException'],
    [{ GranteePrincipal: alice, Operations: ['Sign'] }, 'ValidationException'],
    [{ GranteePrincipal: 'arn:aws:iam::111122223333:group/all', Operations: ['Encrypt'] }, 'InvalidArnException'],
  ])('are refused as %j', async (members, __type) => {
    expect(await kms.call('CreateGrant', { KeyId, ...members })).toMatchObject({ status: 400, __type });
  });

  it('must allow more than to make grants', async () => {
    const grant = { KeyId, GranteePrincipal: alice, Operations: ['CreateGrant'] };
    const message = 'Grants must not contain only the CreateGrant operation.';
    expect(await kms.call('CreateGrant', grant)).toMatchObject({ __type: 'ValidationException', message });
    const more = { ...grant, Operations: ['CreateGrant', 'Decrypt'] };
    expect(await kms.call('CreateGrant', more)).toMatchObject({ status: 200 });
  });

  it('made and revoked in a dry run change nothing', async () => {
    const grant = { KeyId, GranteePrincipal: alice, Operations: ['Encrypt'] };
    const dry = { __type: 'DryRunOperationException' };
    expect(await kms.call('CreateGrant', { ...grant, DryRun: true })).toMatchObject(dry);
    const { GrantId } = await kms.call('CreateGrant', grant);
    expect(await kms.call('RevokeGrant', { KeyId, GrantId, DryRun: true })).toMatchObject(dry);
    expect((await kms.call('ListGrants', { KeyId })).Grants).toMatchObject([{ GrantId }]);
  });
});
