import {
  CreateAliasCommand,
  CreateGrantCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GetKeyPolicyCommand,
  type KMSClient,
  ListGrantsCommand,
  PutKeyPolicyCommand,
  RetireGrantCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newFolder, removeFolders } from './folders.ts';
import { sdkClient } from './sdk-client.ts';
import { killAll, type RunningKms, startKms } from './start-kms.ts';

/** Two accounts of the default principals file: `partner` owns the keys; `admin` holds kms:* in the other account, `alice` nothing. */
const [ours, theirs] = ['111122223333', '444455556666'];
const [adminArn, aliceArn] = [`arn:aws:iam::${ours}:user/admin`, `arn:aws:iam::${ours}:user/alice`];
const Plaintext = Buffer.from('text');
const elsewhere =
  'on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access';

const keyPolicy = (...statements: object[]) => {
  const owner = { Effect: 'Allow', Principal: { AWS: theirs }, Action: 'kms:*', Resource: '*' };
  return JSON.stringify({ Version: '2012-10-17', Statement: [owner, ...statements] });
};
const letting = (AWS: string) => ({ Effect: 'Allow', Principal: { AWS }, Action: 'kms:*', Resource: '*' });

/** What a client sees: `allowed`, or the name and the text of the refusal. */
const seen = (answer: Promise<unknown>) =>
  answer.then(
    () => 'allowed',
    ({ name, message }: Error) => ({ name, message }),
  );

describe('a key of another account', () => {
  let service: RunningKms;
  let partner: KMSClient;
  let admin: KMSClient;
  let alice: KMSClient;
  beforeAll(async () => {
    service = await startKms({ data: await newFolder(), args: ['--in-memory'] });
    [partner, admin, alice] = await Promise.all([
      sdkClient(service, { profile: `${theirs}/partner` }),
      sdkClient(service, { profile: 'admin' }),
      sdkClient(service, { profile: 'alice' }),
    ]);
  }, 20_000);
  afterAll(async () => {
    for (const client of [partner, admin, alice]) client?.destroy();
    await killAll();
    await removeFolders();
  });

  const newKey = async (...statements: object[]) => {
    const { KeyMetadata } = await partner.send(new CreateKeyCommand({ Policy: keyPolicy(...statements) }));
    return KeyMetadata?.Arn ?? '';
  };
  const encrypt = (client: KMSClient, KeyId: string) => seen(client.send(new EncryptCommand({ KeyId, Plaintext })));
  const refused = (caller: string, operation: string) => ({
    name: 'AccessDeniedException',
    message: `User: ${caller} is not authorized to perform: kms:${operation} ${elsewhere}`,
  });
  /** Who is let in, and has not what is needed at home. */
  const withoutPolicy = (caller: string, operation: string) => ({
    name: 'AccessDeniedException',
    message: `User: ${caller} is not authorized to perform: kms:${operation} on this resource because no identity-based policy allows the kms:${operation} action`,
  });

  it('needs its key policy and an identity policy of the caller, both', async () => {
    const closed = await newKey();
    expect(await encrypt(admin, closed)).toEqual(refused(adminArn, 'Encrypt'));
    const open = await newKey(letting(aliceArn), letting(adminArn));
    expect(await encrypt(alice, open)).toEqual(withoutPolicy(aliceArn, 'Encrypt'));
    expect(await encrypt(admin, open)).toBe('allowed');
    const shared = await newKey(letting(ours));
    expect(await encrypt(alice, shared)).toEqual(withoutPolicy(aliceArn, 'Encrypt'));
    expect(await encrypt(admin, shared)).toBe('allowed');
  });

  it('can be used by a grant of its owner and an identity policy, both', async () => {
    const KeyId = await newKey();
    for (const GranteePrincipal of [aliceArn, adminArn]) {
      await partner.send(new CreateGrantCommand({ KeyId, GranteePrincipal, Operations: ['Encrypt'] }));
    }
    expect(await encrypt(alice, KeyId)).toEqual(withoutPolicy(aliceArn, 'Encrypt'));
    expect(await encrypt(admin, KeyId)).toBe('allowed');
  });

  it("can be used by a grant of the user's own account alone, which its retiring principal ends", async () => {
    const KeyId = await newKey({ ...letting(adminArn), Action: 'kms:CreateGrant' });
    const { GrantToken } = await admin.send(
      new CreateGrantCommand({
        KeyId,
        GranteePrincipal: aliceArn,
        RetiringPrincipal: adminArn,
        Operations: ['Encrypt', 'Decrypt'],
      }),
    );
    const { CiphertextBlob } = await alice.send(new EncryptCommand({ KeyId, Plaintext }));
    const opened = await alice.send(new DecryptCommand({ CiphertextBlob }));
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext);
    const more = new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' });
    expect(await seen(alice.send(more))).toEqual(refused(aliceArn, 'GenerateDataKey'));
    expect(await seen(alice.send(new RetireGrantCommand({ GrantToken })))).toEqual(refused(aliceArn, 'RetireGrant'));
    expect(await seen(admin.send(new RetireGrantCommand({ GrantToken })))).toBe('allowed');
    expect(await encrypt(alice, KeyId)).toEqual(refused(aliceArn, 'Encrypt'));
    expect((await partner.send(new ListGrantsCommand({ KeyId }))).Grants).toEqual([]);
  });

  it('can be named by its alias ARN, and not by the name of its alias alone', async () => {
    const TargetKeyId = await newKey(letting(ours));
    await partner.send(new CreateAliasCommand({ AliasName: 'alias/theirs', TargetKeyId }));
    const aliasArn = TargetKeyId.replace(/key\/.*/, 'alias/theirs');
    const described = await admin.send(new DescribeKeyCommand({ KeyId: aliasArn }));
    expect(described.KeyMetadata).toMatchObject({ Arn: TargetKeyId, AWSAccountId: theirs });
    expect(await encrypt(admin, aliasArn)).toBe('allowed');
    expect(await encrypt(admin, 'alias/theirs')).toEqual({
      name: 'NotFoundException',
      message: `Alias arn:aws:kms:us-east-1:${ours}:alias/theirs is not found.`,
    });
  });

  it('can be used from another account only, not managed', async () => {
    const KeyId = await newKey(letting(ours));
    expect(await seen(admin.send(new DisableKeyCommand({ KeyId })))).toEqual(refused(adminArn, 'DisableKey'));
    expect(await seen(admin.send(new GetKeyPolicyCommand({ KeyId })))).toEqual(refused(adminArn, 'GetKeyPolicy'));
    const put = new PutKeyPolicyCommand({ KeyId, Policy: keyPolicy(letting(ours)) });
    expect(await seen(admin.send(put))).toEqual(refused(adminArn, 'PutKeyPolicy'));
  });

  it('looks byte for byte like one that does not exist to those who may not use it', async () => {
    const there = await newKey();
    await partner.send(new CreateAliasCommand({ AliasName: 'alias/secret', TargetKeyId: there }));
    const missing = there.replace(/.{12}$/, '000000000000');
    const aliases = [there.replace(/key\/.*/, 'alias/secret'), there.replace(/key\/.*/, 'alias/missing')];
    const { GrantId } = await partner.send(
      new CreateGrantCommand({ KeyId: there, GranteePrincipal: aliceArn, Operations: ['Decrypt'] }),
    );
    const calls: Readonly<Record<string, (client: KMSClient, KeyId: string) => Promise<unknown>>> = {
      DescribeKey: (client, KeyId) => client.send(new DescribeKeyCommand({ KeyId })),
      GenerateDataKey: (client, KeyId) => client.send(new GenerateDataKeyCommand({ KeyId, NumberOfBytes: 16 })),
      ListGrants: (client, KeyId) => client.send(new ListGrantsCommand({ KeyId })),
      DisableKey: (client, KeyId) => client.send(new DisableKeyCommand({ KeyId })),
      CreateGrant: (client, KeyId) =>
        client.send(new CreateGrantCommand({ KeyId, GranteePrincipal: aliceArn, Operations: ['Encrypt'] })),
      RetireGrant: (client, KeyId) => client.send(new RetireGrantCommand({ KeyId, GrantId })),
    };
    for (const client of [admin, alice]) {
      for (const [name, call] of Object.entries(calls)) {
        const answers = await Promise.all([there, missing].map((KeyId) => seen(call(client, KeyId))));
        expect(answers[0], name).toEqual(answers[1]);
        expect(answers[0], name).toMatchObject({ name: 'AccessDeniedException' });
        expect(JSON.stringify(answers), name).not.toContain(there);
      }
      for (const name of ['DescribeKey', 'GenerateDataKey']) {
        const answers = await Promise.all(
          aliases.map((KeyId) => seen(calls[name]?.(client, KeyId) ?? Promise.resolve())),
        );
        expect(answers[0], name).toEqual(answers[1]);
        expect(answers[0], name).toMatchObject({ name: 'AccessDeniedException' });
      }
    }
  });

  it('looks like one that does not exist also to those who hold a ciphertext of it', async () => {
    const { CiphertextBlob = new Uint8Array() } = await partner.send(
      new EncryptCommand({ KeyId: await newKey(), Plaintext }),
    );
    const ofNoKey = Buffer.from(CiphertextBlob);
    ofNoKey[9] = (ofNoKey[9] ?? 0) ^ 1; // within the key id of the header
    const [there, missing] = await Promise.all(
      [CiphertextBlob, ofNoKey].map((blob) => seen(admin.send(new DecryptCommand({ CiphertextBlob: blob })))),
    );
    expect(there).toMatchObject({ name: 'AccessDeniedException' });
    expect(there).toEqual(missing);
  });

  it('cannot be given to somebody whom an account of principals.json does not have', async () => {
    const KeyId = await newKey();
    const grantTo = (GranteePrincipal: string) =>
      seen(partner.send(new CreateGrantCommand({ KeyId, GranteePrincipal, Operations: ['Encrypt'] })));
    const policyFor = (name: string) =>
      seen(partner.send(new PutKeyPolicyCommand({ KeyId, Policy: keyPolicy(letting(name)) })));
    const ghost = `arn:aws:iam::${ours}:user/ghost`;
    expect(await grantTo(ghost)).toMatchObject({ name: 'InvalidArnException' });
    expect(await policyFor(ghost)).toEqual({
      name: 'MalformedPolicyDocumentException',
      message: 'Policy contains a statement with one or more invalid principals.',
    });
    const stranger = 'arn:aws:iam::999999999999:user/anybody';
    expect(await grantTo(stranger)).toBe('allowed');
    expect(await policyFor(stranger)).toBe('allowed');
  });
});
