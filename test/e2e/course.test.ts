import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newFolder, removeFolders } from './folders.ts';
import { runHere } from './run-here.ts';
import { type Exit, killAll, type RunningKms, readPrincipals, runKms, startKms } from './start-kms.ts';

describe('kms course', () => {
  let service: RunningKms;
  let data: string;
  let work: string;

  beforeAll(async () => {
    data = await newFolder();
    work = await newFolder();
    service = await startKms({ data });
  }, 20_000);
  afterAll(async () => {
    await killAll();
    await removeFolders();
  });

  type Told = Pick<Exit, 'code' | 'stdout' | 'stderr'>;
  const run = async (args: readonly string[], env = {}): Promise<Told> => {
    const { stdout, ...told } = await runHere('course', { args, cwd: dirname(work), env });
    return { ...told, stdout: stdout.toString() };
  };
  const course = (...args: string[]) => run([...args, '--data', data]);
  const json = ({ stdout }: Told) => JSON.parse(stdout);

  it('leads through a lesson: begun, helped, done, passed, and begun anew in other accounts', async () => {
    const listed = await course('list', '--json');
    expect(JSON.parse(listed.stdout.split('\n', 1)[0] ?? '')).toMatchObject({ lesson: '01', state: 'not begun' });

    const begun = await course('start', '1', '--dir', work, '--json');
    const arn = 'arn:aws:iam::770101000001:user/alice';
    expect(json(begun)).toMatchObject({ lesson: '01', folder: work, users: [{ name: 'alice', arn }], already: false });
    expect((await stat(join(work, 'env'))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(work, 'env'), 'utf8')).toContain(`export ALICE_ARN=${arn}\n`);
    expect((await readPrincipals(data)).accounts.map(({ id }) => id)).toContain('770101000001');

    const again = await course('start', '01');
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining(`cd ${work.split('/').at(-1)}`) });
    expect(again.stderr).toContain('begun already');

    const early = await course('check', '1');
    expect(early.code).toBe(1);
    expect(early.stdout).toMatch(/^✗ alias\/first names .+\n {2}missing: KMS answered NotFoundException: /);
    expect(early.stdout).toMatch(/^· secret\.enc .+\n {2}first: alias\/first names /m);

    expect(json(await course('hint', '1', '--json'))).toMatchObject({ hints: [expect.any(String)], left: 3 });
    expect((await course('hint', '1', '--quiet')).stdout).toMatch(/^1\. .+\n2\. .+\n$/);

    const solution = await course('solution', '1');
    expect(solution.stdout).toContain('aws kms create-key');
    expect(solution.stdout).toContain('kms.createKey(');
    expect(await course('solution', '1', '--run', '--quiet')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const passed = await runKms('course', { args: ['check', '1', '--json', '--data', data] }); // and this process ends
    expect(passed.code).toBe(0);
    expect(json(passed)).toMatchObject({ lesson: '01', passed: true });
    expect((await course('list')).stdout).toMatch(/^01 .+ passed$/m);

    await writeFile(join(work, 'notes.txt'), '');
    await course('reset', '1', '--quiet');
    await expect(stat(join(work, 'notes.txt'))).rejects.toThrow('ENOENT');
    const ids = (await readPrincipals(data)).accounts.map(({ id }) => id);
    expect(ids).toContain('770101000002');
    expect(ids).not.toContain('770101000001');
    expect((await course('check', '1')).code).toBe(1);
  });

  it('tells what is wrong in three parts', async () => {
    const full = await newFolder();
    await mkdir(full);
    await writeFile(join(full, 'mine.txt'), 'mine');
    for (const [args, code, told] of [
      [['check', '2'], 1, /^kms course check: lesson 02 is not begun\nwhy: .+\nhint: .*kms course start 02/],
      [['start', '99'], 2, /^kms course start: there is no lesson 99; there are 01, .+\nwhy: .+\nhint: .+/],
      [['start', '2', '--dir', full], 1, /^kms course start: the work folder .+ is not empty\nwhy: .+\nhint: .+--dir/],
      [['start', '2', '--as', 'bob=b'], 2, /^kms course start: --as and --region go with --endpoint\n/],
    ] as const) {
      const refused = await course(...args);
      expect(refused).toMatchObject({ code, stdout: '' });
      expect(refused.stderr).toMatch(told);
    }
    expect(await readFile(join(full, 'mine.txt'), 'utf8')).toBe('mine');
    const none = await run(['start', '2', '--data', await newFolder()]);
    expect(none).toMatchObject({ code: 1, stderr: expect.stringMatching(/no service runs on .+\nwhy: .+\nhint: .+/) });
  });

  it('teaches on another service too, as users who are there, and says which parts it cannot see', async () => {
    const [own, dir] = [await newFolder(), await newFolder()];
    const { accessKeyId, secretAccessKey } = await service.credentials('admin');
    const file = join(dirname(dir), 'credentials');
    await writeFile(file, `[lab]\naws_access_key_id=${accessKeyId}\naws_secret_access_key=${secretAccessKey}\n`);
    const env = { AWS_SHARED_CREDENTIALS_FILE: file, AWS_CONFIG_FILE: file, AWS_EC2_METADATA_DISABLED: 'true' };
    const there = (...args: string[]) => run([...args, '--data', own], env);

    const as = 'alice=lab,arn:aws:iam::111122223333:user/admin';
    const lacking = await there('start', '3', '--dir', dir, '--endpoint', service.endpoint, '--as', as);
    expect(lacking).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no profile for bob') });
    const begun = await there('start', '1', '--dir', dir, '--endpoint', service.endpoint, '--as', as, '--json');
    expect(begun).toMatchObject({ code: 0, stderr: '' });
    expect(await readFile(join(dir, 'env'), 'utf8')).toContain('export AWS_PROFILE=lab\n');
    expect((await there('solution', '1', '--run')).code).toBe(0);
    const { passed, parts } = json(await there('check', '1', '--json'));
    expect(passed).toBe(true);
    expect(parts.map(({ part, state }: { part: string; state: string }) => [part, state])).toEqual([
      ['key', 'done'],
      ['secret', 'done'],
      ['opened', 'unseen'],
      ['most', 'done'],
      ['limit', 'unseen'],
    ]);
  });
});
