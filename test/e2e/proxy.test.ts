import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { KMSClient, ListKeysCommand } from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { alice, type Deployed, startDeployed } from '../gateway/deployed.ts';
import { runKms } from './start-kms.ts';

const program = fileURLToPath(new URL('../../bin/kms.ts', import.meta.url));

describe('npm run proxy', () => {
  let deployed: Deployed;
  const running = new Set<ChildProcess>();
  beforeAll(async () => {
    deployed = await startDeployed();
  });
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
    running.clear();
  });
  afterAll(() => deployed.close());

  /** The user's own credentials, as the environment has them; no other source is there. */
  const own = {
    AWS_ACCESS_KEY_ID: alice.accessKeyId,
    AWS_SECRET_ACCESS_KEY: alice.secretAccessKey,
  };
  const nowhereElse = {
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
  const argsTo = (...more: string[]) => [
    '--endpoint',
    deployed.endpoint,
    '--region',
    'us-east-1',
    '--port',
    '0',
    ...more,
  ];
  const start = async (...more: string[]) => {
    const env = { PATH: process.env.PATH, ...nowhereElse, ...own };
    const child = spawn(process.execPath, [program, 'proxy', ...argsTo(...more)], { env });
    running.add(child);
    const lines = createInterface(child.stdout);
    const told: string[] = [];
    lines.on('line', (each) => told.push(each.trim()));
    const errors = text(child.stderr);
    const [line] = await Promise.race([once(lines, 'line'), errors.then((all) => Promise.reject(new Error(all)))]);
    return { child, lines, line: String(line), told };
  };

  it('says as JSON where it is and with which key it is called, and stops when asked', async () => {
    const { child, line } = await start('--json');
    const { endpoint, accessKeyId, secretAccessKey, ...rest } = JSON.parse(line);
    expect(rest).toEqual({ ready: true, to: deployed.endpoint, region: 'us-east-1', pid: child.pid });
    const kms = new KMSClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey } });
    await expect(kms.send(new ListKeysCommand())).resolves.toMatchObject({ Keys: [] });
    kms.destroy();
    expect(deployed.service.audited.at(-1)).toMatchObject({ userIdentity: { arn: alice.arn } });
    child.kill('SIGTERM');
    expect((await once(child, 'close'))[0]).toBe(0);
  });

  it('says in words which lines to paste, the new key in place of all that was there', async () => {
    const { lines, line, told } = await start();
    expect(line).toContain(`leads to ${deployed.endpoint} in us-east-1`);
    while (told.at(-1) !== 'Stop with Ctrl-C.') await once(lines, 'line');
    expect(told.filter((each) => /^(export|unset) /.test(each)).map((each) => each.split('=')[0])).toEqual([
      'unset AWS_PROFILE AWS_SESSION_TOKEN',
      'export AWS_ENDPOINT_URL_KMS',
      'export AWS_ACCESS_KEY_ID',
      'export AWS_SECRET_ACCESS_KEY',
      'export AWS_REGION',
      'export AWS_DEFAULT_REGION',
    ]);
    expect(told.join()).not.toContain(alice.accessKeyId);
  });

  it('has another key each time', async () => {
    const keys = await Promise.all([start('--json'), start('--json')]);
    const [one, other] = keys.map(({ line }) => JSON.parse(line));
    expect(one.accessKeyId).not.toBe(other.accessKeyId);
    expect(one.secretAccessKey).not.toBe(other.secretAccessKey);
  });

  const inThreeParts = (what: string) => new RegExp(`^kms proxy: ${what}[^\n]*\nwhy: [^\n]+\ndo: [^\n]+\n$`);

  it('does not start without credentials to sign with', async () => {
    const { code, stderr } = await runKms('proxy', { args: argsTo(), env: nowhereElse });
    expect([code, stderr]).toEqual([1, expect.stringMatching(inThreeParts('there are no AWS credentials'))]);
  });

  it('does not start with the key of a proxy', async () => {
    const { line } = await start('--json');
    const { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY } = JSON.parse(line);
    const env = { ...nowhereElse, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
    const { code, stderr } = await runKms('proxy', { args: argsTo(), env });
    expect([code, stderr]).toEqual([1, expect.stringMatching(inThreeParts('the AWS credentials found are not yours'))]);
  });

  it('says when its port is taken', async () => {
    const { port } = new URL(deployed.endpoint);
    const { code, stderr } = await runKms('proxy', {
      args: [...argsTo(), '--port', port],
      env: { ...nowhereElse, ...own },
    });
    expect([code, stderr]).toEqual([1, expect.stringMatching(inThreeParts(`cannot listen on port ${port}`))]);
  });

  it('says when it was called wrongly, and helps', async () => {
    expect(await runKms('proxy')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(inThreeParts('there is no endpoint')),
    });
    expect(await runKms('proxy', { args: ['--help'] })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('usage: npm run proxy'),
    });
  });
});
