import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { dirname, join } from 'node:path';
import { CreateKeyCommand, ListKeysCommand } from '@aws-sdk/client-kms';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { newFolder, removeFolders } from './folders.ts';
import { runHere } from './run-here.ts';
import { sdkClient } from './sdk-client.ts';
import { killAll, readPrincipals, runKms, startAs, startInWords, startKms } from './start-kms.ts';

describe('starting', () => {
  afterEach(killAll);
  afterAll(removeFolders);

  it('says that it is ready in one line of JSON and answers at once', async () => {
    const data = await newFolder();
    const first = await startKms({ data });
    const { ready } = first;
    expect(ready).toEqual({
      ready: true,
      endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      region: 'us-east-1',
      account: '111122223333',
      dataDir: data,
      pid: first.pid,
    });
    expect(Object.keys(ready)).toEqual(['ready', 'endpoint', 'region', 'account', 'dataDir', 'pid']);
    const kms = await sdkClient(first);
    const began = performance.now();
    await kms.send(new CreateKeyCommand({}));
    const firstCall = performance.now() - began;
    await first.stop();
    expect(first.stdout()).toBe(`${JSON.stringify(ready)}\n`);

    const again = await startKms({ data });
    console.log(
      `start: ready ${Math.round(first.readyMilliseconds)} ms after spawn on a new folder, ` +
        `${Math.round(again.readyMilliseconds)} ms on one in use; first call ${Math.round(firstCall)} ms`,
    );
    expect(again.ready.dataDir).toBe(data);
    kms.destroy();
  });

  it('takes its options from the environment', async () => {
    const data = await newFolder();
    const service = await startAs({
      args: ['--json'],
      env: { KMS_PORT: '0', KMS_DATA: data, KMS_HOST: 'localhost', KMS_IN_MEMORY: '1' },
    });
    expect(service.ready).toMatchObject({ dataDir: data, endpoint: expect.stringMatching(/^http:\/\/localhost:\d+$/) });
    expect(await (await fetch(`${service.endpoint}/health`)).json()).toMatchObject({ storage: 'memory' });
  });

  it('takes flags before the environment', async () => {
    const [data, other] = [await newFolder(), await newFolder()];
    const env = { KMS_PORT: '1', KMS_DATA: other, KMS_HOST: '256.256.256.256', KMS_PRINCIPALS: '/nowhere' };
    const made = await startKms({ data: other });
    await made.stop();
    const principals = join(other, 'principals.json');
    const service = await startKms({ data, env, args: ['--host', '127.0.0.1', '--principals', principals] });
    expect(service.ready.dataDir).toBe(data);
    expect(await readdir(data)).not.toContain('principals.json');
    const admin = await made.credentials();
    const kms = await sdkClient(service, { credentials: { ...admin } });
    expect((await kms.send(new ListKeysCommand({}))).Keys).toEqual([]);
    kms.destroy();
  });

  it('keeps its data in .kms of the working directory unless told otherwise', async () => {
    const cwd = dirname(await newFolder());
    const service = await startAs({ args: ['--json', '--port', '0'], cwd });
    expect(service.ready.dataDir).toBe(join(cwd, '.kms'));
    expect(await readdir(cwd)).toEqual(['.kms']);
  });

  it('listens on the loopback address alone', async () => {
    const service = await startKms({ data: await newFolder() });
    const { port } = new URL(service.endpoint);
    const outside = Object.values(networkInterfaces()).flatMap((all = []) =>
      all.filter(({ internal, family }) => !internal && family === 'IPv4'),
    );
    for (const { address } of outside)
      await expect(fetch(`http://${address}:${port}/health`)).rejects.toThrow('fetch failed');
    expect((await fetch(`${service.endpoint}/health`)).status).toBe(200);
  });

  it('makes folders of mode 0700 and files of mode 0600, whatever the umask', async () => {
    const data = await newFolder();
    const service = await startKms({ data });
    const kms = await sdkClient(service);
    await kms.send(new CreateKeyCommand({}));
    kms.destroy();
    const loose = async () => {
      const modes: string[] = [];
      for (const entry of ['.', ...(await readdir(data, { recursive: true }))]) {
        const facts = await stat(join(data, entry)).catch(() => undefined); // LevelDB removes files as it goes
        const expected = facts?.isDirectory() ? 0o700 : 0o600;
        if (facts && (facts.mode & 0o777) !== expected) modes.push(`${(facts.mode & 0o777).toString(8)} ${entry}`);
      }
      return modes;
    };
    expect(await loose()).toEqual([]);
    await service.stop();
    expect(await loose()).toEqual([]);
  });

  it('refuses a folder that another process has, and takes it once that one is gone, killed or not', async () => {
    const data = await newFolder();
    const first = await startKms({ data });
    const second = await runHere('start', { args: ['--json', '--port', '0', '--data', data] });
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second.stderr).toBe(
      [
        `kms start: The data folder ${data} is in use by another process (pid ${first.pid})`,
        'why: a data folder is for one service at a time',
        'hint: use that one, stop it, or take another folder with --data DIR\n',
      ].join('\n'),
    );
    expect((await fetch(`${first.endpoint}/health?deep=1`)).status).toBe(200);
    await first.kill();
    const third = await startKms({ data });
    expect(third.ready).toMatchObject({ ready: true, dataDir: data });
    await third.stop();
    expect((await startKms({ data })).ready.ready).toBe(true);
  });

  it('says which port is taken, and lets go of the folder', async () => {
    const data = await newFolder();
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = String(typeof address === 'object' && address?.port);
    const refused = await runKms('start', { args: ['--json', '--port', port, '--data', data] });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(new RegExp(`^kms start: .*already in use.*:${port}`, 'm'));
    expect(refused.stderr).not.toMatch(/^ +at /m);
    other.close();
    expect((await startKms({ data })).ready.ready).toBe(true);
  });

  it('says what is wrong with a data folder that is a file', async () => {
    const data = await newFolder();
    await writeFile(data, '');
    const refused = await runHere('start', { args: ['--json', '--port', '0', '--data', data] });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain(data);
  });

  it.each([
    ['{ "accounts": [ }', /line 1, column 17/],
    ['{}', /accounts/],
    ['{"accounts":[{"id":"12"}]}', /accounts\[0\]\.id must be a string of 12 digits/],
    [
      '{"accounts":[{"id":"111122223333","users":[{"name":"x","accessKeyId":"AKIAAAAAAAAAAAAAAAAA","secretAccessKey":"short"}]}]}',
      /users\[0\]\.secretAccessKey must be/,
    ],
  ])('refuses to start with the principals %s', async (text, message) => {
    const data = await newFolder();
    await mkdir(data, { mode: 0o700 });
    const file = join(data, 'principals.json');
    await writeFile(file, text);
    const refused = await runHere('start', { args: ['--json', '--port', '0', '--data', data] });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain(`kms start: ${file}: `);
    expect(refused.stderr).toMatch(message);
    expect(refused.stderr).not.toContain('short');
  });

  it('does not make a principals file that it was told to read', async () => {
    const data = await newFolder();
    const missing = join(data, 'nobody.json');
    const refused = await runHere('start', {
      args: ['--json', '--port', '0', '--data', data, '--principals', missing],
    });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/^kms start: (.*): no such file\nwhy: .*\nhint: .*\n$/);
    expect(refused.stderr).toContain(missing);
  });

  it('takes a marker from before it was started again', async () => {
    const data = await newFolder();
    const first = await startKms({ data });
    const before = await sdkClient(first);
    for (let i = 0; i < 2; i += 1) await before.send(new CreateKeyCommand({}));
    const { NextMarker: Marker } = await before.send(new ListKeysCommand({ Limit: 1 }));
    before.destroy();
    await first.stop();
    const second = await startKms({ data });
    const after = await sdkClient(second);
    expect((await after.send(new ListKeysCommand({ Marker }))).Keys).toHaveLength(1);
    after.destroy();
    await second.stop();
  });

  it('ends with what is wrong in the quotas file, before it touches the data folder', async () => {
    const folder = await newFolder();
    await mkdir(folder, { recursive: true });
    const [data, file] = [join(folder, 'data'), join(folder, 'quotas.json')];
    await writeFile(file, '{"requests":{"CreateKeys":1}}');
    const refused = await runHere('start', { args: ['--json', '--port', '0', '--data', data, '--quotas', file] });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain(`kms start: the quotas file ${file}: requests.CreateKeys is not known here`);
    expect(await readdir(folder)).toEqual(['quotas.json']);
  });

  it('throttles as the quotas file says, and only then', async () => {
    const folder = await newFolder();
    await mkdir(folder, { recursive: true });
    const file = join(folder, 'quotas.json');
    await writeFile(file, '{"requests":{"ListKeys":0.01},"resources":{"keys":1}}');
    const service = await startKms({ data: join(folder, 'data'), args: ['--in-memory'], env: { KMS_QUOTAS: file } });
    const kms = await sdkClient(service);
    await kms.send(new ListKeysCommand({}));
    await expect(kms.send(new ListKeysCommand({}))).rejects.toMatchObject({ name: 'ThrottlingException' });
    await kms.send(new CreateKeyCommand({}));
    await expect(kms.send(new CreateKeyCommand({}))).rejects.toMatchObject({ name: 'LimitExceededException' });
    kms.destroy();
    await service.stop();
  });

  it.each([
    ['start', ['--nope']],
    ['start', ['--seeed', 'x']],
    ['start', ['--port']],
    ['start', ['--port', 'abc']],
    ['start', ['--in-memory=maybe']],
    ['start', ['--dynamodb-endpoint', 'nowhere']],
    ['start', ['surplus']],
    ['env', ['--nope']],
    ['strat', []],
    ['', []],
  ])('ends with 2 when called wrongly: kms %s %j', async (command, args) => {
    const refused = await runHere(command, { args, cwd: dirname(await newFolder()) });
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(/^kms/);
    expect(refused.stderr).not.toMatch(/^ +at /m);
  });

  it('explains itself with --help', async () => {
    const help = await runHere('start', { args: ['--help'] });
    expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('--dynamodb-endpoint URL') });
  });

  it('greets people with the lines to paste, and warns that memory keeps nothing', async () => {
    const data = await newFolder();
    const service = await startInWords({ args: ['--port', '0', '--data', data, '--in-memory'] });
    const { accounts } = await readPrincipals(data);
    const endpoint = /ready at (\S+)/.exec(service.stdout())?.[1];
    expect(service.stdout()).toContain('IN MEMORY: nothing will be kept');
    for (const line of [
      `export AWS_ENDPOINT_URL_KMS=${endpoint}`,
      `export AWS_ACCESS_KEY_ID=${accounts[0]?.users[0]?.accessKeyId}`,
      `export AWS_SECRET_ACCESS_KEY=`,
      'export AWS_REGION=us-east-1',
      'export AWS_DEFAULT_REGION=us-east-1',
    ]) {
      expect(service.stdout()).toContain(`  ${line}`);
    }
    expect((await service.stop('SIGINT')).code).toBe(0);
    expect(await readdir(data)).not.toContain('audit');

    const kept = await startInWords({ args: ['--port', '0', '--data', data] });
    expect(kept.stdout()).not.toContain('IN MEMORY');
    expect(kept.stdout()).toContain(`data in ${data}`);
  });

  it('forgets keys in memory, and keeps who may call', async () => {
    const data = await newFolder();
    const first = await startKms({ data, args: ['--in-memory'] });
    const kms = await sdkClient(first);
    await kms.send(new CreateKeyCommand({}));
    await first.stop();
    const second = await startKms({ data, args: ['--in-memory'] });
    const again = await sdkClient(second, { credentials: await first.credentials() });
    expect((await again.send(new ListKeysCommand({}))).Keys).toEqual([]);
    kms.destroy();
    again.destroy();
  });

  it('is healthy without credentials, and tries a key of its own when asked deeply', async () => {
    const data = await newFolder();
    const service = await startKms({ data });
    const healthy = { status: 'ok', version: packageJson.version, storage: 'disk' };
    for (const path of ['/health', '/health?deep=1', '/health?deep=1', '/health?deep=0']) {
      const answer = await fetch(service.endpoint + path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('application/json');
      expect(await answer.json()).toEqual(healthy);
    }
    const kms = await sdkClient(service);
    expect((await kms.send(new ListKeysCommand({}))).Keys).toEqual([]);
    kms.destroy();
    await service.stop();
    const again = await startKms({ data });
    expect((await fetch(`${again.endpoint}/health?deep=1`)).status).toBe(200);
  });
});
