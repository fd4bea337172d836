import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newFolder, removeFolders } from './folders.ts';
import { runHere } from './run-here.ts';
import { killAll, type RunningKms, readPrincipals, startKms } from './start-kms.ts';

const names = [
  'AWS_ENDPOINT_URL_KMS',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
];

/** What these lines set in a POSIX shell; '' for what they do not. */
const evaluated = async (lines: string): Promise<string[]> => {
  const print = names.map((name) => `printf '%s\\n' "\${${name}-}"`).join('; ');
  const { stdout } = await promisify(execFile)('sh', ['-c', `set -eu; eval "$1"; ${print}`, 'sh', lines], { env: {} });
  return stdout.split('\n').slice(0, -1);
};

describe('kms env', () => {
  let service: RunningKms;
  let data: string;
  const nasty = `it's $HOME "\`id\`" \\n;#&*`.replaceAll(' ', '_');
  const session = {
    name: 's1',
    accessKeyId: 'ASIAE2E0000000000002',
    secretAccessKey: nasty,
    sessionToken: `${nasty}!`,
  };

  beforeAll(async () => {
    data = await newFolder();
    service = await startKms({ data });
    const file = await readPrincipals(data);
    file.accounts[0]?.roles.push({ name: 'Lab', sessions: [session] });
    await writeFile(join(data, 'principals.json'), JSON.stringify(file));
  }, 20_000);
  afterAll(async () => {
    await killAll();
    await removeFolders();
  });

  const env = (...args: string[]) => runHere('env', { args: ['--data', data, ...args] });

  it('prints lines that a shell can evaluate: endpoint, keys and Region', async () => {
    const { code, stdout, stderr } = await env();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { accessKeyId, secretAccessKey } = await service.credentials('admin');
    const expected = [service.endpoint, accessKeyId, secretAccessKey, '', 'us-east-1', 'us-east-1'];
    expect(await evaluated(stdout)).toEqual(expected);
  });

  it.each(['alice', 'root', '444455556666/root', 'partner', '111122223333/bob'])(
    'knows the profile %s',
    async (profile) => {
      const { accessKeyId, secretAccessKey } = await service.credentials(profile);
      const values = await evaluated((await env('--profile', profile)).stdout);
      expect(values.slice(1, 4)).toEqual([accessKeyId, secretAccessKey, '']);
    },
  );

  it('quotes what a shell would take for itself', async () => {
    const values = await evaluated((await env('--profile', 'Lab/s1')).stdout);
    expect(values.slice(1, 4)).toEqual([session.accessKeyId, nasty, `${nasty}!`]);
  });

  it('takes the folder from KMS_DATA, and principals from elsewhere', async () => {
    const elsewhere = join(data, 'others.json');
    const user = { name: 'admin', accessKeyId: 'AKIAE2E0000000000003', secretAccessKey: 'a-secret-from-elsewhere' };
    await writeFile(elsewhere, JSON.stringify({ accounts: [{ id: '999999999999', users: [user] }] }));
    for (const given of [
      { env: { KMS_DATA: data, KMS_PRINCIPALS: elsewhere } },
      { env: { KMS_DATA: '/nowhere' }, args: ['--data', data, '--principals', elsewhere] },
    ]) {
      const { stdout } = await runHere('env', given);
      expect((await evaluated(stdout)).slice(0, 2)).toEqual([service.endpoint, user.accessKeyId]);
    }
  });

  it('names the profiles there are when asked for another, and prints nothing to evaluate', async () => {
    const refused = await env('--profile', 'mallory');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/no profile "mallory".*admin, alice, bob, Lab\/s1, root, partner, root/);
  });

  it('says to start the service when it never was', async () => {
    const refused = await runHere('env', { args: ['--data', await newFolder()] });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('start the service first');
  });
});
