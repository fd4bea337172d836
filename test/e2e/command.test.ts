import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { newFolder, removeFolders } from './folders.ts';
import { runBytes } from './kms-bytes.ts';
import { runBytesHere, runHere } from './run-here.ts';
import { type SignedCalls, signedCalls } from './signed-calls.ts';
import { killAll, type RunningKms, readPrincipals, startKms } from './start-kms.ts';

const hasEscapes = (text: unknown) => String(text).includes('\u001b');

describe('kms', () => {
  let service: RunningKms;
  let data: string;
  let admin: SignedCalls;

  beforeAll(async () => {
    data = await newFolder();
    service = await startKms({ data });
    admin = await signedCalls(service.endpoint, await service.credentials());
  }, 20_000);
  afterAll(async () => {
    admin.close();
    await killAll();
    await removeFolders();
  });

  const kms = (command: string, ...args: string[]) => runHere(command, { args: [...args, '--data', data] });

  it('lists what it can do, and tells its version', async () => {
    for (const args of [[], ['--help'], ['help']]) {
      const help = await runBytesHere(args, dirname(data));
      expect(help).toMatchObject({ code: 0, stderr: '' });
      expect(String(help.stdout)).toMatch(/^Usage: kms .*^ {2}decrypt +decrypt what encrypt wrote$/ms);
    }
    expect(await runHere('help', { args: ['audit', 'query'] })).toEqual(
      await runHere('audit', { args: ['query', '--help'] }),
    );
    expect(await runHere('--version')).toMatchObject({ code: 0, stdout: `${packageJson.version}\n` });
    expect(await runHere('audit')).toMatchObject({ code: 0, stdout: expect.stringContaining('  verify ') });
  });

  it.each<[string, number]>([
    ['--help', 0],
    ['status', 0],
    ['env', 0],
    ['clock', 0],
    ['seed check nowhere.yaml', 1],
    ['principals list', 0],
    ['why 00000000-0000-4000-8000-000000000000', 1],
    ['simulate --principal bob --action kms:ListKeys', 1],
    ['audit query', 0],
    ['audit stats', 0],
    ['cli-model --out models', 0],
    ['nope', 2],
  ])('ends by itself, with its exit code: kms %s', async (line, code) => {
    const exit = await runBytes(line.split(' '), dirname(data), '', { KMS_DATA: data });
    expect(exit.code, exit.stderr).toBe(code);
  });

  it('tells what is wrong in three parts, with what could have been meant', async () => {
    expect(await runHere('decrpyt')).toMatchObject({
      code: 2,
      stdout: '',
      stderr:
        "kms: unknown command 'decrpyt'\nwhy: it was called wrongly; nothing was done\n" +
        'hint: Did you mean decrypt? kms --help tells how\n',
    });
  });

  it('is coloured only where somebody looks', async () => {
    const cwd = dirname(data);
    const listed = (env: Record<string, string>) => runBytesHere(['principals', 'list', '--data', data], cwd, '', env);
    const failed = (env: Record<string, string>) => runBytesHere(['nope'], cwd, '', env);
    for (const env of [{}, { NO_COLOR: '1' }]) {
      expect(hasEscapes((await listed(env)).stdout)).toBe(false);
      expect(hasEscapes((await failed(env)).stderr)).toBe(false);
    }
    expect(hasEscapes((await listed({ FORCE_COLOR: '1' })).stdout)).toBe(true);
    expect(hasEscapes((await failed({ FORCE_COLOR: '1' })).stderr)).toBe(true);
  });

  it.runIf(process.platform !== 'win32')('completes in bash', async () => {
    const bin = await newFolder();
    await mkdir(bin);
    const program = fileURLToPath(new URL('../../bin/kms.mjs', import.meta.url));
    await symlink(program, join(bin, 'kms'));
    await chmod(program, 0o755);
    const script = `eval "$(kms completion bash)"
      complete_it() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _kms; echo "\${COMPREPLY[*]}"; }
      complete_it kms aud; complete_it kms audit v; complete_it kms encrypt letter --cont; complete_it kms seed check se`;
    await writeFile(join(bin, 'seed.yaml'), '');
    const PATH = [bin, dirname(process.execPath), process.env.PATH].join(delimiter);
    const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd: bin, env: { ...process.env, PATH } });
    expect(stdout).toBe('audit\nverify\n--context\nseed.yaml\n');
    for (const shell of ['zsh', 'fish']) {
      expect(await runHere('completion', { args: [shell] })).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('kms candidates -- '),
      });
    }
  });

  it('tells the status of what runs, and fails where nothing does', async () => {
    const told = await kms('status', '--deep', '--json');
    expect({ ...told, stdout: JSON.parse(told.stdout) }).toMatchObject({
      code: 0,
      stderr: '',
      stdout: {
        running: true,
        endpoint: service.endpoint,
        version: packageJson.version,
        storage: 'disk',
        pid: service.pid,
      },
    });
    expect((await kms('status')).stdout).toMatch(
      new RegExp(`^service +running at ${service.endpoint}, process \\d+$`, 'm'),
    );
    const none = await runHere('status', { args: ['--json', '--data', await newFolder()] });
    expect(none).toMatchObject({ code: 1, stdout: '{"running":false}\n' });
    expect(none.stderr).toMatch(/^kms status: no service runs on .+\nwhy: .+\nhint: .*npm start\n$/);
  });

  it('makes users and accounts that can call, and nothing more than they were given', async () => {
    const added = await kms('principals', 'add', 'user', 'carol', '--json');
    const arn = 'arn:aws:iam::111122223333:user/carol';
    expect(JSON.parse(added.stdout)).toMatchObject({ account: '111122223333', profile: 'carol', arn });
    expect(added.stderr).toContain('kms env --profile carol');
    const quiet = await kms('principals', 'add', 'account', '777788889999', '--quiet');
    expect(quiet).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('777788889999/root') });
    await kms('principals', 'add', 'user', 'ann', '--account', '777788889999', '--allow-all', '--path', '/lab/');

    const listed = (await kms('principals', 'list', '--json')).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(listed).toContainEqual(expect.objectContaining({ arn, policies: 0 }));
    expect(listed).toContainEqual(
      expect.objectContaining({ arn: 'arn:aws:iam::777788889999:user/lab/ann', profile: 'ann', policies: 1 }),
    );
    const secrets = (await readPrincipals(data)).accounts.flatMap(({ users }) =>
      users.map((one) => one.secretAccessKey),
    );
    for (const { stdout, stderr } of [added, quiet, await kms('principals', 'list')]) {
      for (const secret of secrets) expect(stdout + stderr).not.toContain(secret);
    }
    const status = async (profile: string) => {
      const calls = await signedCalls(service.endpoint, await service.credentials(profile));
      const answer = await calls.call('ListKeys');
      calls.close();
      return answer.members.__type ?? answer.status;
    };
    await expect.poll(() => status('ann')).toBe(200);
    expect(await status('carol')).toBe('AccessDeniedException');

    const policy = join(dirname(data), 'policy.json');
    await writeFile(
      policy,
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kms:ListKeys","Resource":"*"}}',
    );
    const attached = await kms('principals', 'attach', 'policy', policy, '--to', 'carol', '--json');
    expect(attached).toMatchObject({ code: 0, stdout: `${JSON.stringify({ arn, policies: 1 })}\n` });
    await expect.poll(() => status('carol')).toBe(200);
  });

  it('changes principals only into what the service can read', async () => {
    const file = join(data, 'principals.json');
    const before = await readFile(file);
    const policy = join(dirname(data), 'bad.json');
    await writeFile(policy, '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"kms:*"}}');
    for (const [args, why] of [
      [['add', 'user', 'admin'], /users\[\d+\]\.name must be unique/],
      [['add', 'user', 'x y'], /name must be 1 to 64 letters/],
      [['add', 'user', 'zoe', '--account', '999999999999'], /the file has 111122223333/],
      [['add', 'account', '12'], /id must be a string of 12 digits/],
      [['add', 'account', '111122223333'], /must be unique/],
      [['attach', 'policy', policy, '--to', 'alice'], /Principal/],
      [['attach', 'policy', policy, '--to', 'root'], /Principal/],
    ] as const) {
      const refused = await kms('principals', ...args);
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.stderr).toMatch(new RegExp(`^kms principals \\w+ \\w+: .+\nwhy: .*${why.source}.*\nhint: .+\n$`));
    }
    expect(await readFile(file)).toEqual(before);
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('reads the audit log for programs: a line of JSON each', async () => {
    const { Arn } = (await admin.call('CreateKey')).members.KeyMetadata;
    await admin.call('DescribeKey', { KeyId: Arn });
    const { headers } = await admin.call('DescribeKey', { KeyId: Arn });
    const lines = async (...args: string[]) => {
      const { code, stdout } = await kms('audit', ...args, '--key', Arn, '--json');
      expect(code).toBe(0);
      return stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    };
    expect((await lines('query')).map(({ eventName }) => eventName)).toEqual([
      'CreateKey',
      'DescribeKey',
      'DescribeKey',
    ]);
    expect(await lines('stats', '--operation', 'DescribeKey')).toMatchObject([{ key: Arn, calls: 2, failed: 0 }]);
    const why = await kms('why', String(headers['x-amzn-requestid']), '--json');
    expect(JSON.parse(why.stdout)).toMatchObject({ eventName: 'DescribeKey' });
    const asked = await kms('simulate', '--principal', 'bob', '--action', 'kms:Decrypt', '--key', Arn, '--json');
    expect({ ...asked, stdout: JSON.parse(asked.stdout) }).toMatchObject({ code: 1, stdout: { allowed: false } });
    const bill = await kms('audit', 'bill', '--json');
    expect(JSON.parse(bill.stdout)).toMatchObject({ months: [{ month: expect.any(String) }] });
  });
});
