import { readFile, stat } from 'node:fs/promises';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogEntry } from '../../../lambdas/pipeline/ports.ts';
import { ControlError } from '../../../local/control/endpoint.ts';
import { newControlFront } from '../../../local/control/front.ts';
import { type KmsServer, listen } from '../../../local/server.ts';
import { type LocalService, openLocalService } from '../../../local/service.ts';
import { newFolder, removeFolders } from '../../e2e/folders.ts';
import { exchange, rawRequest } from '../../e2e/raw-http.ts';

describe('local control', () => {
  const logged: LogEntry[] = [];
  let dataDir: string;
  let token: string;
  let service: LocalService;
  let server: KmsServer;

  beforeAll(async () => {
    dataDir = await newFolder();
    service = await openLocalService({ dataDir, inMemory: true, log: () => {} });
    token = (await readFile(join(dataDir, 'control-token'), 'utf8')).trim();
    const endpoints = {
      echo: async (input: unknown) => ({ input }),
      refuse: async () => {
        throw new ControlError('not this way');
      },
      fail: async () => {
        throw new Error('a secret detail');
      },
    };
    const control = newControlFront({ token, endpoints, log: (entry) => logged.push(entry) });
    server = await listen({ ...service, control }, { host: '127.0.0.1', port: 0 });
  });
  afterAll(async () => {
    await server?.stop();
    await service?.close();
    await removeFolders();
  });

  const ask = async (name: string, { headers = {}, ...request }: Parameters<typeof rawRequest>[0] = {}) => {
    const all = { 'x-kms-control': token, ...headers };
    const raw = rawRequest({ target: `/_local/${name}`, headers: all, body: '{"a":1}', ...request });
    const [answer] = (await exchange(`http://127.0.0.1:${server.port}`, raw)).answers;
    return { status: answer?.status, body: answer && JSON.parse(answer.body) };
  };

  it('takes and gives JSON', async () => {
    expect(await ask('echo')).toEqual({ status: 200, body: { input: { a: 1 } } });
  });

  it.each([
    ['without the token', ''],
    ['with another of the same length', 'x'.repeat(43)],
    ['with a shorter one', 'x'],
    ['with the token and something behind', '+x'],
  ])('refuses a request %s, and does not say what there is', async (_, given) => {
    const headers = { 'x-kms-control': given === '+x' ? `${token}x` : given };
    for (const name of ['echo', 'nothing']) {
      const refused = { status: 403, body: { message: expect.stringContaining('x-kms-control') } };
      expect(await ask(name, { headers })).toEqual(refused);
    }
  });

  it('refuses a page whose name was bound to this machine, even if it had the token', async () => {
    for (const host of ['evil.test', `evil.test:${server.port}`, '']) {
      const refused = { status: 403, body: { message: expect.stringContaining('loopback') } };
      expect(await ask('echo', { headers: { host } })).toEqual(refused);
    }
    expect((await ask('echo', { headers: { host: `localhost:${server.port}` } })).status).toBe(200);
  });

  it('refuses another machine, even if it had the token', async () => {
    const front = newControlFront({ token, endpoints: {}, log: () => {} });
    const request = new IncomingMessage(new Socket());
    request.headers = { host: 'localhost', 'x-kms-control': token };
    Object.defineProperty(request.socket, 'remoteAddress', { value: '192.0.2.1' });
    expect(await front(request, '/_local/echo', () => {})).toMatchObject({ status: 403 });
  });

  it.each([
    ['an unknown name', 'nothing', {}, 404],
    ['a name that objects have', 'constructor', {}, 404],
    ['no name', '', {}, 404],
    ['GET', 'echo', { method: 'GET', body: '' }, 405],
    ['no JSON', 'echo', { body: '{' }, 400],
    ['no body', 'echo', { body: '' }, 400],
    ['a body of more than 1 MiB', 'echo', { body: `"${'x'.repeat(1024 * 1024)}"` }, 413],
  ])('answers %s with its status', async (_, name, request, status) => {
    expect(await ask(name, request)).toEqual({ status, body: { message: expect.any(String) } });
  });

  it('says what an endpoint refuses, and tells only the log what failed', async () => {
    expect(await ask('refuse')).toEqual({ status: 400, body: { message: 'not this way' } });
    expect(logged).toEqual([]);
    const { status, body } = await ask('fail');
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain('secret');
    expect(logged).toMatchObject([{ level: 'error', error: { message: 'a secret detail' } }]);
  });

  it('has a token of 32 random bytes, new for each process, that only its owner can read', async () => {
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect((await stat(join(dataDir, 'control-token'))).mode & 0o777).toBe(0o600);
    const other = await newFolder();
    const tokens = new Set([token]);
    for (let i = 0; i < 2; i += 1) {
      const again = await openLocalService({ dataDir: other, inMemory: true, log: () => {} });
      tokens.add((await readFile(join(other, 'control-token'), 'utf8')).trim());
      await again.close();
    }
    expect(tokens.size).toBe(3);
  });
});
