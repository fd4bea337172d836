import { expect, it } from 'vitest';
import { grantOperations } from '../../core/model/grant.ts';
import type { Operation } from '../../lambdas/operation.ts';
import { operations } from '../../lambdas/operations/index.ts';
import type { Answer } from '../e2e/signed-calls.ts';
import { makePool } from '../e2e/valid-requests.ts';
import { admin, type Call, clerk, sisterRegion, type World } from './world.ts';

const all: readonly Operation[] = operations;

/** Lets the admin do everything, and nobody else anything: not even what identity policies would let them do. */
const onlyAdmin = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: { AWS: admin.arn }, Action: 'kms:*', Resource: '*' },
});

/** Every operation is called, and those that grants can allow by somebody who has nothing else. */
export const operationsSuite = (world: () => World): void => {
  /** Operations that were answered as they should be. */
  const answered = new Set<string>();
  const noting =
    (call: Call): Call =>
    async (operation, members) => {
      const answer = await call(operation, members);
      if (answer.status === 200) answered.add(operation);
      return answer;
    };
  let valid: Readonly<Record<string, readonly object[]>>;

  it('answers requests of all kinds, on keys of all kinds', async () => {
    const call = noting(world().as(admin));
    const withPolicy: Call = (operation, members) =>
      call(operation, operation === 'CreateKey' ? { Policy: onlyAdmin, ...members } : members);
    ({ valid } = await makePool({ call: withPolicy }));
  });

  it('answers for multi-Region keys in both Regions', async () => {
    const { home, sister, as } = world();
    const [here, there] = [noting(as(admin, home)), noting(as(admin, sister))];
    const { KeyId } = (await here('CreateKey', { MultiRegion: true })).members.KeyMetadata;
    const { CiphertextBlob } = (await here('Encrypt', { KeyId, Plaintext: 'AAAA' })).members;
    expect(await here('ReplicateKey', { KeyId, ReplicaRegion: sisterRegion })).toMatchObject({ status: 200 });
    world().clock.pass(2000);
    expect((await there('Decrypt', { CiphertextBlob })).members).toMatchObject({ Plaintext: 'AAAA' });
    expect(await here('UpdatePrimaryRegion', { KeyId, PrimaryRegion: sisterRegion })).toMatchObject({ status: 200 });
    world().clock.pass(2000);
    expect(await there('RotateKeyOnDemand', { KeyId })).toMatchObject({ status: 200 });
    expect((await here('DescribeKey', { KeyId })).members.KeyMetadata.MultiRegionConfiguration.MultiRegionKeyType).toBe(
      'REPLICA',
    );
  });

  it.each([
    ['ECC_NIST_P256', 'ECDSA_SHA_256', 32, 'DIGEST'],
    ['ECC_NIST_P521', 'ECDSA_SHA_512', 64, 'DIGEST'],
    ['ECC_SECG_P256K1', 'ECDSA_SHA_256', 32, 'DIGEST'],
    ['ECC_NIST_EDWARDS25519', 'ED25519_PH_SHA_512', 64, 'DIGEST'],
    ['ML_DSA_44', 'ML_DSA_SHAKE_256', 64, 'EXTERNAL_MU'],
  ])('signs digests by %s with what lies beside the bundle', async (KeySpec, SigningAlgorithm, length, MessageType) => {
    const call = world().as(admin);
    const { KeyId } = (await call('CreateKey', { KeySpec, KeyUsage: 'SIGN_VERIFY' })).members.KeyMetadata;
    const Message = Buffer.alloc(length, 1).toString('base64');
    const asked = { KeyId, SigningAlgorithm, Message, MessageType };
    const { Signature } = (await call('Sign', asked)).members;
    expect((await call('Verify', { ...asked, Signature })).members).toMatchObject({ SignatureValid: true });
    const other = Buffer.alloc(length, 2).toString('base64');
    const { members } = await call('Verify', { ...asked, Signature, Message: other });
    expect(members.__type).toBe('KMSInvalidSignatureException');
  });

  it('tells when a key was used last', async () => {
    const call = noting(world().as(admin));
    const { KeyId } = (await call('CreateKey')).members.KeyMetadata;
    await call('Encrypt', { KeyId, Plaintext: 'AAAA' });
    expect((await call('GetKeyLastUsage', { KeyId })).members).toMatchObject({
      KeyLastUsage: { Operation: 'Encrypt' },
    });
  });

  it('refuses what AWS has and this service has not, and makes the keys of AWS services', async () => {
    const call = noting(world().as(admin));
    for (const { name } of all.filter(({ refused }) => refused)) {
      const { status, members } = await call(name, requestOfRefused[name]);
      expect([name, status, members.__type]).toEqual([name, 400, 'UnsupportedOperationException']);
      answered.add(name);
    }
    // Whoever comes second undoes what it made.
    const made = await Promise.all(
      ['s3', 's3', 's3'].map((service) => call('DescribeKey', { KeyId: `alias/aws/${service}` })),
    );
    expect(made.map(({ members }) => members.KeyMetadata.KeyManager)).toEqual(['AWS', 'AWS', 'AWS']);
    expect(new Set(made.map(({ members }) => members.KeyMetadata.KeyId)).size).toBe(1);
  });

  it('lets those in who have nothing but a grant, by its token and by an alias of the key', async () => {
    const [owner, grantee] = [world().as(admin), world().as(clerk)];
    const aliases = new Map<string, string>();
    const aliasOf = async (TargetKeyId: string) => {
      const known = aliases.get(TargetKeyId) ?? `alias/granted/${aliases.size}`;
      if (!aliases.has(TargetKeyId)) await owner('CreateAlias', { AliasName: known, TargetKeyId });
      aliases.set(TargetKeyId, known);
      return known;
    };
    const grant = async (KeyId: string, ...Operations: string[]): Promise<string> =>
      (await owner('CreateGrant', { KeyId, GranteePrincipal: clerk.arn, Operations })).members.GrantToken;
    const keyIn = ({ members }: Answer, request: Record<string, string>) =>
      String(members.SourceKeyId ?? members.KeyId ?? members.KeyMetadata?.KeyId ?? request.KeyId).replace(/^.*\//, '');

    // Last, for it gives what others are refused before.
    const inOrder = all.toSorted((a, b) => Number(a.name === 'CreateGrant') - Number(b.name === 'CreateGrant'));
    for (const { name, keys } of inOrder) {
      const permitted = grantOperations.filter((each) => each === name || each.replace(/(From|To)$/, '') === name);
      if (permitted.length === 0 || name === 'RetireGrant') continue;
      const request = valid[name]?.[0] as Record<string, string>; // every operation has one by now
      const KeyId = keyIn(await owner(name, request), request);
      const targets = {
        ...(keys.key?.byAlias === 'too' && { KeyId: await aliasOf(KeyId) }),
        ...(keys.source && { SourceKeyId: await aliasOf(KeyId) }),
        ...(request.DestinationKeyId && { DestinationKeyId: await aliasOf(request.DestinationKeyId) }),
      };
      const refused = await grantee(name, { ...request, ...targets });
      expect([name, refused.members.__type]).toEqual([name, 'AccessDeniedException']);
      const more = name === 'CreateGrant' ? ['Encrypt', 'Decrypt'] : [];
      const GrantTokens = [await grant(KeyId, ...permitted.filter((each) => each !== 'ReEncryptTo'), ...more)];
      if (request.DestinationKeyId) GrantTokens.push(await grant(request.DestinationKeyId, 'ReEncryptTo'));
      const { status, text } = await grantee(name, { ...request, ...targets, GrantTokens });
      expect([name, status, text]).toEqual([name, 200, expect.anything()]);
    }
  });

  it('lets a grant be retired by its token, and by its id', async () => {
    const [owner, retirer] = [noting(world().as(admin)), noting(world().as(clerk))];
    const { KeyId } = (await owner('CreateKey')).members.KeyMetadata;
    const terms = { KeyId, GranteePrincipal: clerk.arn, RetiringPrincipal: clerk.arn, Operations: ['Encrypt'] };
    for (const by of ['GrantToken', 'GrantId']) {
      const made = (await owner('CreateGrant', terms)).members;
      const named =
        by === 'GrantId'
          ? { KeyId: await arnOf(owner, KeyId), GrantId: made.GrantId }
          : { GrantToken: made.GrantToken };
      expect(await retirer('RetireGrant', named)).toMatchObject({ status: 200 });
    }
    expect((await owner('ListGrants', { KeyId })).members.Grants).toEqual([]);
  });

  it('has been asked for every operation there is', () => {
    expect(all.map(({ name }) => name).filter((name) => !answered.has(name))).toEqual([]);
  });
};

const arnOf = async (call: Call, KeyId: string): Promise<string> =>
  (await call('DescribeKey', { KeyId })).members.KeyMetadata.Arn;

const CustomKeyStoreId = 'cks-1234567890abcdef0';
const requestOfRefused: Readonly<Record<string, object>> = {
  CreateCustomKeyStore: { CustomKeyStoreName: 'one' },
  ConnectCustomKeyStore: { CustomKeyStoreId },
  DeleteCustomKeyStore: { CustomKeyStoreId },
  DisconnectCustomKeyStore: { CustomKeyStoreId },
  UpdateCustomKeyStore: { CustomKeyStoreId },
};
