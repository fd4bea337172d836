import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProxyServer } from '../../clients/proxy/server.ts';
import { newThrowawayKey } from '../../clients/proxy/throwaway-key.ts';
import { exchange, rawRequest } from '../e2e/raw-http.ts';
import { type SignedCalls, signedCalls } from '../e2e/signed-calls.ts';
import { alice, credentialsOf, type Deployed, startDeployed } from '../gateway/deployed.ts';
import { proxyTo } from './proxy-to.ts';

/** Everything here must be refused, and never reach the deployed service. */
describe('the proxy lets nobody in but who has its key', () => {
  let deployed: Deployed;
  let proxy: ProxyServer;
  let here: string;
  let calls: SignedCalls;
  const key = newThrowawayKey();
  beforeAll(async () => {
    deployed = await startDeployed();
    proxy = await proxyTo(deployed, key);
    here = `http://127.0.0.1:${proxy.port}`;
    calls = await signedCalls(here, key);
  });
  afterAll(async () => {
    calls.close();
    await proxy.stop();
    await deployed.close();
  });

  /** A request signed with the right key, as it would go over the wire. */
  const signed = async () => {
    const { headers } = await calls.sign({ operation: 'ListKeys' });
    return headers;
  };
  const send = async (changes: { method?: string; target?: string; headers?: Record<string, string> }) => {
    const { answers } = await exchange(here, rawRequest({ body: '{}', ...changes }));
    const { Message, message = Message, ...members } = JSON.parse(answers[0]?.body || '{}');
    return { status: answers[0]?.status, message, ...members };
  };
  const refused = async (answer: Promise<object>, expected: object) => {
    const before = deployed.events.length;
    expect(await answer).toMatchObject(expected);
    expect(deployed.events.length).toBe(before);
  };

  it('takes what is signed with it', async () => {
    expect(await calls.call('ListKeys')).toMatchObject({ status: 200 });
    expect(await send({ headers: await signed() })).toMatchObject({ status: 200 });
  });

  it('refuses what is not signed', () =>
    refused(send({ headers: { 'x-amz-target': 'TrentService.ListKeys' } }), {
      status: 400,
      __type: 'MissingAuthenticationTokenException',
    }));

  it('refuses the real credentials of the user, and says with which key to sign', async () => {
    const others = await signedCalls(here, credentialsOf(alice));
    await refused(others.call('ListKeys'), {
      status: 400,
      members: {
        __type: 'UnrecognizedClientException',
        message: expect.stringContaining('sign with the key that it printed'),
      },
    });
    others.close();
  });

  it('refuses a wrong secret', async () => {
    const others = await signedCalls(here, { ...key, secretAccessKey: 'guessed' });
    await refused(others.call('ListKeys'), { members: { __type: 'InvalidSignatureException' } });
    others.close();
  });

  it('refuses a body or target other than what was signed', async () => {
    const headers = await signed();
    await refused(send({ headers: { ...headers, 'x-amz-target': 'TrentService.CreateKey' } }), {
      __type: 'InvalidSignatureException',
    });
    const { answers } = await exchange(here, rawRequest({ headers, body: '{"Limit":1}' }));
    expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({ __type: 'InvalidSignatureException' });
  });

  it('refuses a Region where it does not lead, and says where it does', () =>
    refused(calls.send({ operation: 'ListKeys', region: 'eu-west-1' }), {
      members: { __type: 'InvalidSignatureException', message: expect.stringContaining('scoped to us-east-1') },
    }));

  it.each(['kms.attacker.example', 'kms.attacker.example:4600', '192.0.2.1', '127.0.0.1.nip.io', ''])(
    'refuses the host %j, a name that somebody bound to this address',
    async (host) => {
      const { headers } = await calls.sign({ operation: 'ListKeys', headers: { host } });
      await refused(send({ headers }), { status: 403, __type: 'AccessDeniedException' });
    },
  );

  it.each([
    ['origin', 'https://attacker.example'],
    ['origin', 'null'],
    ['sec-fetch-site', 'cross-site'],
    ['sec-fetch-site', 'same-site'],
  ])('refuses a web page, even one with the key: %s %s', async (name, value) => {
    await refused(send({ headers: { ...(await signed()), [name]: value } }), {
      status: 403,
      message: 'This proxy is not for web pages',
    });
  });

  it('gives browsers no leave to ask: a preflight is refused without any header for them', async () => {
    const headers = { origin: 'https://attacker.example', 'access-control-request-method': 'POST' };
    const { answers } = await exchange(here, rawRequest({ method: 'OPTIONS', headers }));
    expect(answers[0]?.status).toBe(403);
    expect(Object.keys(answers[0]?.headers ?? {}).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it.each(['GET', 'PUT', 'OPTIONS'])('refuses %s', (method) =>
    refused(send({ method }), { status: 405, message: 'Calls of the KMS API are POST requests' }),
  );

  it.each([
    'http://attacker.example/',
    '//attacker.example/ListKeys',
    '/../admin',
    '/prod/ListKeys',
    '/@attacker.example',
  ])('sends nothing anywhere else: %s', async (path) => {
    const answer = calls.send({ path, operation: 'ListKeys' });
    await refused(answer, { status: 400 });
  });

  it('opens no tunnel', async () => {
    const { answers } = await exchange(
      here,
      'CONNECT attacker.example:443 HTTP/1.1\r\nHost: attacker.example:443\r\n\r\n',
    );
    expect(answers).toEqual([]);
  });

  it.each(['NoSuchThing', '__proto__', 'ListKeys/../CreateKey'])('knows no operation %s', (operation) =>
    refused(calls.send({ operation }), { status: 400, members: { __type: 'UnknownOperationException' } }),
  );

  it('refuses a path and a target that differ', () =>
    refused(calls.send({ path: '/CreateKey', operation: 'ListKeys' }), {
      members: { __type: 'UnknownOperationException' },
    }));

  it('refuses a body that is too large before it asks who sends it', async () => {
    await refused(calls.send({ operation: 'ListKeys', body: Buffer.alloc(1024 * 1024 + 1) }), { status: 413 });
  });
});
