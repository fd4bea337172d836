import { generateKeyPairSync } from 'node:crypto';
import { chmod, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GetKeyPolicyCommand,
  ListAliasesCommand,
  ListKeysCommand,
  SignCommand,
  UpdateKeyDescriptionCommand,
  VerifyCommand,
} from '@aws-sdk/client-kms';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { newSeedFolder, removeSeedFolders } from '../local/seed-folder.ts';
import { newFolder, removeFolders } from './folders.ts';
import { runHere } from './run-here.ts';
import { sdkClient } from './sdk-client.ts';
import { killAll, type RunningKms, startKms } from './start-kms.ts';

removeSeedFolders();

const keyId = '1234abcd-12ab-34cd-56ef-1234567890ab';
const hex = '8f'.repeat(32);
const seed = `keys:
  - keyId: ${keyId}
    description: for tests
    aliases: [alias/app]
    material: { hex: ${hex} }
`;
const Plaintext = Buffer.from('seeded');

const encrypt = async (service: RunningKms) => {
  const kms = await sdkClient(service);
  const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId: 'alias/app', Plaintext }));
  kms.destroy();
  return CiphertextBlob;
};
const decrypt = async (service: RunningKms, CiphertextBlob: Uint8Array | undefined) => {
  const kms = await sdkClient(service);
  const decrypted = await kms.send(new DecryptCommand({ CiphertextBlob }));
  kms.destroy();
  return Buffer.from(decrypted.Plaintext ?? []);
};

describe('starting with a seed', () => {
  afterEach(killAll);
  afterAll(removeFolders);

  it('makes the keys before it is ready, keeps them, and says so', async () => {
    const [data, file] = [await newFolder(), newSeedFolder({ 'seed.yaml': seed })('seed.yaml')];
    const first = await startKms({ data, args: ['--seed', file] });
    const blob = await encrypt(first);
    await first.stop();
    expect(first.stderr()).toContain(`info: ${file}: 1 key; made 1 key and 1 alias\n`);
    const again = await startKms({ data, env: { KMS_SEED: file } });
    expect(again.stderr()).toBe(`info: ${file}: 1 key; made 0 keys and 0 aliases\n`);
    expect(await decrypt(again, blob)).toEqual(Plaintext);
    await again.kill();
    const without = await startKms({ data });
    expect(await decrypt(without, blob)).toEqual(Plaintext);
    console.log(
      `seed: ready ${Math.round(first.readyMilliseconds)} ms after spawn on a new folder, ` +
        `${Math.round(again.readyMilliseconds)} ms when all is there, ${Math.round(without.readyMilliseconds)} ms without`,
    );
  });

  it('makes keys that decrypt each other in any data folder and in memory', async () => {
    const file = newSeedFolder({ 'seed.yaml': seed })('seed.yaml');
    const [here, there] = [
      await startKms({ data: await newFolder(), args: ['--seed', file] }),
      await startKms({ data: await newFolder(), args: ['--seed', file, '--in-memory'] }),
    ];
    expect(await decrypt(there, await encrypt(here))).toEqual(Plaintext);
    expect(await decrypt(here, await encrypt(there))).toEqual(Plaintext);
  });

  it('gives keys of one id in two Regions a policy and material of their own each', async () => {
    const policyOf = (user: string) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::111122223333:user/${user}` }, Action: '*', Resource: '*' },
        ],
      });
    const at = newSeedFolder({
      'here.yaml': `keys: [{ keyId: ${keyId}, policy: ${policyOf('alice')} }]`,
      'there.yaml': `keys: [{ keyId: ${keyId}, policy: ${policyOf('bob')}, region: eu-west-1 }]`,
    });
    const data = await newFolder();
    await (await startKms({ data, args: ['--seed', at('here.yaml')] })).stop();
    const service = await startKms({ data, args: ['--seed', at('there.yaml')] });
    const [here, there] = [
      await sdkClient(service, { profile: 'alice' }),
      await sdkClient(service, { profile: 'alice', region: 'eu-west-1' }),
    ];
    const { CiphertextBlob } = await here.send(new EncryptCommand({ KeyId: keyId, Plaintext }));
    // The material is in the hand of the process now; whom the other key lets in gets nothing of it.
    const bob = await sdkClient(service, { profile: 'bob', region: 'eu-west-1' });
    const name = 'InvalidCiphertextException';
    await expect(bob.send(new DecryptCommand({ CiphertextBlob }))).rejects.toMatchObject({ name });
    bob.destroy();
    await expect(there.send(new EncryptCommand({ KeyId: keyId, Plaintext }))).rejects.toThrow('not authorized');
    here.destroy();
    there.destroy();
  });

  it('is refused when the seed is not what is stored, and says what to do', async () => {
    const grown = `${seed}  - keyId: ${keyId.replace('1', '2')}\n    aliases: [alias/new]\n`;
    const at = newSeedFolder({ 'seed.yaml': seed, 'grown.yaml': grown });
    const data = await newFolder();
    const service = await startKms({ data, args: ['--seed', at('seed.yaml')] });
    const kms = await sdkClient(service);
    await kms.send(new UpdateKeyDescriptionCommand({ KeyId: keyId, Description: 'mine now' }));
    kms.destroy();
    await service.stop();
    const refused = await runHere('start', {
      args: ['--json', '--port', '0', '--data', data, '--seed', at('grown.yaml')],
    });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toBe(
      `kms start: ${at('grown.yaml')} is not what is stored:\n` +
        `  key ${keyId}: description is "mine now" in the store, "for tests" in the seed\n` +
        'hint: change the seed to what is stored, or start with another data folder (--data DIR)\n',
    );
    const after = await startKms({ data });
    const unchanged = await sdkClient(after);
    expect((await unchanged.send(new ListKeysCommand({}))).Keys).toHaveLength(1);
    unchanged.destroy();
  });

  it('is refused when the seed is broken, with every fault and none of the material', async () => {
    const file = newSeedFolder({ 'seed.yaml': `${seed}    tags: { n: 1 }\n`.replace(hex, `${hex}00`) })('seed.yaml');
    const refused = await runHere('start', {
      args: ['--json', '--port', '0', '--data', await newFolder(), '--seed', file],
    });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain(`kms start: ${file}:6:13: keys[0].tags.n must be a text, in quotes\n`);
    expect(refused.stderr).not.toContain('8f8f');
  });

  it('warns of material that others can read, and of accounts that nobody is of', async () => {
    const loose = `${seed}    account: '999999999999'\n`;
    const file = newSeedFolder({ 'seed.yaml': loose })('seed.yaml');
    await chmod(file, 0o644);
    const service = await startKms({ data: await newFolder(), args: ['--seed', file] });
    expect(service.stderr()).toContain(`warn: ${file}: nobody in the principals file is of account 999999999999\n`);
    if (process.platform === 'win32') return;
    expect(service.stderr()).toContain(`warn: ${file} holds key material, and others can read it: chmod 600 ${file}\n`);
  });
});

describe('npm run seed -- check', () => {
  it('answers as this transcript has it', async () => {
    const good = newSeedFolder({ 'seed.yaml': seed })('seed.yaml');
    expect(await runHere('seed', { args: ['check', good] })).toMatchObject({
      code: 0,
      stdout: 'ok: 1 key, 1 alias\n',
      stderr: '',
    });
    const bad = newSeedFolder({ 'seed.yaml': `${seed.replace('app', 'aws/app')}    enabled: on\n` })('seed.yaml');
    expect(await runHere('seed', { args: ['check', bad] })).toMatchObject({
      code: 1,
      stdout: '',
      stderr: [
        `${bad}:4:15: keys[0].aliases[0] must be a name that begins with alias/, and not with alias/aws/\n`,
        `${bad}:6:5: keys[0].enabled must be true or false\n`,
      ].join(''),
    });
    expect(await runHere('seed', { args: ['check', `${bad}.gone`] })).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `${bad}.gone: no such file\n`,
    });
  });

  it.each([[[]], [['check']], [['check', 'a', 'b']], [['apply', 'a']], [['check', 'a', '--nope']]])(
    'ends with 2 when called wrongly: %j',
    async (args) => {
      const refused = await runHere('seed', { args });
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toMatch(/^kms seed: /);
    },
  );
});

describe('the example of docs/seed.md', () => {
  afterEach(killAll);
  afterAll(removeFolders);

  it('is right, and makes the keys that it describes', async () => {
    const page = await readFile(fileURLToPath(new URL('../../docs/seed.md', import.meta.url)), 'utf8');
    const [, example = ''] = /```yaml\n(.*?)```/s.exec(page) ?? [];
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const policy = {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'kms:*', Resource: '*' },
    };
    const file = newSeedFolder({
      'seed.yaml': example,
      'policy.json': JSON.stringify(policy),
      'signing.pem': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    })('seed.yaml');
    const checked = await runHere('seed', { args: ['check', file] });
    expect(checked).toMatchObject({ code: 0, stderr: '' });
    expect(page).toContain(`\`${checked.stdout.trim()}\``);

    const service = await startKms({ data: await newFolder(), args: ['--seed', file] });
    const app = await sdkClient(service, { region: 'eu-west-1', profile: 'alice' });
    const { CiphertextBlob } = await app.send(new EncryptCommand({ KeyId: 'alias/app/v1', Plaintext }));
    await expect(app.send(new DecryptCommand({ CiphertextBlob }))).rejects.toThrow('not authorized');
    const kms = await sdkClient(service);
    const asked = { KeyId: 'alias/signing', Message: Plaintext, SigningAlgorithm: 'ECDSA_SHA_256' } as const;
    const { Signature } = await kms.send(new SignCommand(asked));
    expect((await kms.send(new VerifyCommand({ ...asked, Signature }))).SignatureValid).toBe(true);
    const signing = await kms.send(new GetKeyPolicyCommand({ KeyId: '2234abcd-12ab-34cd-56ef-1234567890ab' }));
    expect(JSON.parse(signing.Policy ?? '')).toEqual(policy);
    expect(signing.Policy).toContain('"Version" : "2012-10-17"');
    expect((await kms.send(new DescribeKeyCommand({ KeyId: 'alias/mac' }))).KeyMetadata).toMatchObject({
      KeyState: 'Disabled',
      KeySpec: 'HMAC_256',
    });
    const partner = await sdkClient(service, { profile: 'partner' });
    const KeyId = 'mrk-1234abcd12ab34cd56ef1234567890ab';
    expect((await partner.send(new ListAliasesCommand({ KeyId }))).Aliases).toMatchObject([
      { AliasName: 'alias/partner', TargetKeyId: KeyId },
    ]);
    for (const client of [app, kms, partner]) client.destroy();
  });
});
