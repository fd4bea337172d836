import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { buildClient, CommitmentPolicy, KMS, KmsKeyringNode } from '@aws-crypto/client-node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newFolder, removeFolders } from './folders.ts';
import { runBytes, spawnBytes } from './kms-bytes.ts';
import { runBytesHere } from './run-here.ts';
import { type SignedCalls, signedCalls } from './signed-calls.ts';
import { killAll, type RunningKms, startKms } from './start-kms.ts';

const sdk = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
type ClientProvider = NonNullable<NonNullable<ConstructorParameters<typeof KmsKeyringNode>[0]>['clientProvider']>;

describe('kms encrypt and kms decrypt', () => {
  let service: RunningKms;
  let data: string;
  let admin: SignedCalls;
  let Arn: string;
  let KeyId: string;
  let clientProvider: ClientProvider;
  /** Where the test works. */
  let folder: string;
  const letter = randomBytes(200_000); // of several frames

  beforeAll(async () => {
    data = await newFolder();
    service = await startKms({ data });
    admin = await signedCalls(service.endpoint, await service.credentials());
    ({ Arn, KeyId } = (await admin.call('CreateKey')).members.KeyMetadata);
    await admin.call('CreateAlias', { AliasName: 'alias/lab', TargetKeyId: KeyId });
    const configuration = { endpoint: service.endpoint, credentials: await service.credentials() };
    // the two libraries differ only in whether `undefined` may be written out
    clientProvider = ((region: string) => new KMS({ ...configuration, region })) as ClientProvider;
  }, 20_000);
  afterAll(async () => {
    admin.close();
    await killAll();
    await removeFolders();
  });
  beforeEach(async () => {
    folder = await newFolder();
    await mkdir(folder);
    await writeFile(join(folder, 'letter'), letter);
  });

  const at = (name: string) => join(folder, name);
  const kms = (args: readonly string[], input: Uint8Array | string = '', env = {}) =>
    runBytesHere([...args, '--data', data], folder, input, env);
  /** The same in a process of its own. */
  const spawned = (args: readonly string[], input?: Uint8Array) => runBytes([...args, '--data', data], folder, input);
  const encrypt = (...args: string[]) => kms(['encrypt', ...args, '--key', 'alias/lab']);
  const decrypt = (...args: string[]) => kms(['decrypt', ...args]);
  const encrypted = async (...args: string[]) => {
    expect(await encrypt('letter', '--quiet', ...args)).toMatchObject({ code: 0, stderr: '' });
    return readFile(at('letter.enc'));
  };
  const names = async () => (await readdir(folder)).sort();

  it('write a file beside it and open it again, with mode 0600, and say what they did', async () => {
    const done = await spawned(['encrypt', 'letter', '--key', 'alias/lab', '--context', 'tenant=42']);
    expect(done).toMatchObject({ code: 0, stdout: Buffer.alloc(0) });
    expect(done.stderr).toMatch(new RegExp(`^letter.enc: 200 kB in .+; key ${Arn}; tenant=42\n$`));
    expect((await readFile(at('letter.enc'))).includes(letter.subarray(0, 16))).toBe(false);
    const opened = await spawned(['decrypt', 'letter.enc', '--output', 'opened', '--json']);
    expect({ ...opened, stdout: JSON.parse(String(opened.stdout)) }).toMatchObject({
      code: 0,
      stderr: '',
      stdout: { input: 'letter.enc', output: 'opened', keys: [Arn], context: { tenant: '42' } },
    });
    expect(await readFile(at('opened'))).toEqual(letter);
    if (process.platform !== 'win32') expect((await stat(at('opened'))).mode & 0o777).toBe(0o600);
    expect(await names()).toEqual(['letter', 'letter.enc', 'opened']);
  });

  it('work through pipes, whatever the size', async () => {
    for (const [plaintext, run] of [
      [Buffer.alloc(0), kms],
      [Buffer.from('x'), kms],
      [letter, spawned],
    ] as const) {
      const { stdout, code } = await run(['encrypt', '-', '--key', KeyId, '--quiet'], plaintext);
      expect(code).toBe(0);
      for (const more of [[], ['--stream']]) {
        expect(await run(['decrypt', '-', '--quiet', ...more], stdout)).toEqual({
          code: 0,
          stdout: plaintext,
          stderr: '',
        });
      }
    }
  });

  it('speak the format of the AWS Encryption SDK, both ways', async () => {
    const keyring = new KmsKeyringNode({ generatorKeyId: Arn, clientProvider });
    const opened = await sdk.decrypt(keyring, await encrypted('--context', 'a=b'));
    expect(opened.plaintext.equals(letter)).toBe(true);
    expect(opened.messageHeader.encryptionContext).toMatchObject({ a: 'b' });
    const { result } = await sdk.encrypt(keyring, letter, { encryptionContext: { a: 'b' } });
    expect(await kms(['decrypt', '-', '--context', 'a=b', '--quiet'], result)).toMatchObject({
      code: 0,
      stdout: letter,
    });
  });

  it('open nothing whose encryption context is another, and ask KMS for nothing then', async () => {
    await encrypted('--context', 'tenant=42', '--context', 'kind=letter');
    const decrypts = async () => {
      const { stdout } = await kms(['audit', 'query', '--json', '--operation', 'Decrypt']);
      return String(stdout).split('\n').length;
    };
    const before = await decrypts();
    for (const [pair, why] of [
      ['tenant=43', 'its tenant is another'],
      ['user=1', 'it has no user'],
    ] as const) {
      const refused = await decrypt('letter.enc', '--output', 'opened', '--context', pair);
      expect(refused).toMatchObject({
        code: 1,
        stdout: Buffer.alloc(0),
        stderr: expect.stringContaining(`why: ${why}\n`),
      });
    }
    expect(await decrypts()).toBe(before);
    expect(await decrypt('letter.enc', '--output', 'opened', '--context', 'tenant=42')).toMatchObject({ code: 0 });
    expect(await decrypts()).toBe(before + 1);
  });

  it.each<[string, (whole: Buffer) => Buffer, RegExp]>([
    ['cut off between frames', (whole) => whole.subarray(0, 140_000), /ends too early/],
    ['without its end', (whole) => whole.subarray(0, -1), /was changed/],
    [
      'with a bit changed in the last frame',
      (whole) => whole.with(-300, (whole.at(-300) ?? 0) ^ 1) as Buffer,
      /was changed/,
    ],
    ['with another signature', (whole) => whole.with(-10, (whole.at(-10) ?? 0) ^ 1) as Buffer, /was changed/],
    ['that is none', () => randomBytes(5000), /is not an encrypted file/],
    ['of no bytes', () => Buffer.alloc(0), /ends too early/],
  ])('give out nothing of a file %s', async (_, damage, message) => {
    await writeFile(at('letter.enc'), damage(Buffer.from(await encrypted())));
    for (const output of ['opened', '-']) {
      const refused = await decrypt('letter.enc', '--output', output);
      expect(refused).toMatchObject({ code: 1, stdout: Buffer.alloc(0), stderr: expect.stringMatching(message) });
      expect(refused.stderr).toMatch(/^kms decrypt: letter.enc .+\nwhy: .+\nhint: .+\n$/);
    }
    expect(await names()).toEqual(['letter', 'letter.enc']);
  });

  it('give out frames before the end was verified only with --stream, and fail then', async () => {
    const whole = await encrypted();
    const cut = await spawned(['decrypt', '-', '--stream'], whole.subarray(0, -1));
    expect(cut).toMatchObject({ code: 1, stderr: expect.stringContaining('was changed') });
    expect(cut.stdout.length).toBeGreaterThan(0);
    expect(letter.subarray(0, cut.stdout.length)).toEqual(cut.stdout);
  });

  it('fail when nobody reads what they write', async () => {
    await writeFile(at('letter'), randomBytes(5_000_000));
    await encrypted();
    const child = spawnBytes(['decrypt', 'letter.enc', '--output', '-', '--data', data], folder);
    child.stdout.destroy();
    expect((await once(child, 'close'))[0]).toBe(1);
  });

  it('replace a file only with --force, and what is no file never', async () => {
    await encrypted();
    const refused = await encrypt('letter');
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/letter.enc is not written\nwhy: .*already/),
    });
    const before = await readFile(at('letter.enc'));
    expect(await encrypt('letter', '--force')).toMatchObject({ code: 0 });
    expect((await readFile(at('letter.enc'))).equals(before)).toBe(false);
    expect(await encrypt('letter', '--force', '--output', '.')).toMatchObject({ code: 1 });
    await symlink('letter.enc', at('link'));
    expect(await decrypt('letter.enc', '--force', '--output', 'link')).toMatchObject({ code: 0 });
    expect(await readFile(at('letter.enc'))).toEqual(letter);
    expect(await names()).toEqual(['letter', 'letter.enc', 'link']);
  });

  it('leave no file behind when they are stopped', async () => {
    const child = spawnBytes(['encrypt', '-', '--key', KeyId, '--output', 'stopped', '--data', data], folder);
    child.stdin.write(letter);
    await expect.poll(names).toContainEqual(expect.stringMatching(/^\.stopped\..+\.part$/));
    await expect.poll(async () => (await stat(at((await names())[0] ?? ''))).size).toBeGreaterThan(0);
    child.kill('SIGINT');
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect({ code, stderr }).toMatchObject({ code: 130, stderr: expect.stringContaining('it was stopped') });
    expect(await names()).toEqual(['letter']);
  });

  it('open with any of several keys, and with a replica in another Region', async () => {
    const far = await admin.send({ operation: 'CreateKey', region: 'eu-west-1' });
    const other: string = far.members.KeyMetadata.Arn;
    const primary: string = (await admin.call('CreateKey', { MultiRegion: true })).members.KeyMetadata.Arn;
    await admin.call('ReplicateKey', { KeyId: primary, ReplicaRegion: 'eu-west-1' });
    const body = JSON.stringify({ KeyId: primary.replace(/^.*\//, '') });
    const replica = { operation: 'DescribeKey', body, region: 'eu-west-1' };
    const state = async () => (await admin.send(replica)).members.KeyMetadata.KeyState;
    await expect.poll(state).toBe('Enabled');
    await encrypted('--key', other, '--key', primary);
    for (const key of ['alias/lab', other, primary.replace('us-east-1', 'eu-west-1')]) {
      const opened = await decrypt('letter.enc', '--key', key, '--output', '-', '--json');
      expect(opened).toMatchObject({ code: 0, stdout: letter });
      if (key.startsWith('arn:')) expect(JSON.parse(opened.stderr).keys).toEqual([key]);
    }
    const unrelated: string = (await admin.call('CreateKey')).members.KeyMetadata.Arn;
    const refused = await decrypt('letter.enc', '--key', unrelated, '--output', '-');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('is not opened by these keys') });
  });

  it('open without --key what was encrypted under a key of the own account, and nothing else', async () => {
    await encrypted();
    const partner = await decrypt('letter.enc', '--output', '-', '--profile', 'partner');
    expect(partner).toMatchObject({ code: 1, stderr: expect.stringContaining('is not opened by these keys') });
  });

  it('call as the environment says, where it names an endpoint', async () => {
    await encrypted();
    const { accessKeyId, secretAccessKey } = await service.credentials('bob');
    const AWS_ENDPOINT_URL_KMS = service.endpoint;
    const env = { AWS_ENDPOINT_URL_KMS, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    const bob = await kms(['decrypt', 'letter.enc', '--output', '-'], '', env);
    expect(bob.stderr).toMatch(
      /^kms decrypt: KMS answered AccessDeniedException\nwhy: User: .*user\/bob is not authorized.*\nhint: kms why /,
    );
    const nobody = await runBytesHere(
      ['decrypt', 'letter.enc', '--output', '-', '--data', '/nowhere'],
      folder,
      '',
      env,
    );
    expect(nobody).toMatchObject({ code: 2, stderr: expect.stringContaining('--key is needed') });
  });

  it.each([
    [['encrypt', 'letter']],
    [['encrypt', '--key', 'alias/lab']],
    [['encrypt', 'letter', '--key', 'alias/lab', '--context', 'x']],
    [['encrypt', 'letter', '--key', 'alias/lab', '--context', 'a=1', '--context', 'a=2']],
    [['encrypt', 'letter', '--key', 'alias/lab', '--context', 'aws-crypto-public-key=x']],
    [['encrypt', 'letter', '--key', 'alias/lab', '--endpoint', 'nowhere']],
    [['decrypt', 'letter']],
    [['decrypt', 'letter.enc', '--stream']],
    [['decrypt', 'letter', '--output', 'x', '--key', 'nonsense']],
  ])('end with 2 when called wrongly: %j', async (args) => {
    expect(await kms(args)).toMatchObject({ code: 2, stdout: Buffer.alloc(0) });
    expect(await names()).toEqual(['letter']);
  });

  it('say what was not reached or found, and what to do', async () => {
    const gone = await encrypt('letter', '--endpoint', 'http://127.0.0.1:9', '--profile', 'admin');
    expect(gone).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/was not reached\nwhy: .+\nhint: .*npm start/),
    });
    const missing = await kms(['encrypt', 'letter', '--key', 'alias/nope', '--output', '-']);
    expect(missing).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^kms encrypt: KMS answered NotFoundException\n/),
    });
    expect((await encrypt('nothing')).stderr).toMatch(/^kms encrypt: cannot find nothing\nwhy: .+\nhint: .+\n$/);
    expect((await encrypt('.', '--output', 'x')).stderr).toMatch(/it is a folder/);
    expect(await names()).toEqual(['letter']);
  });
});
