import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KMSClient, ListKeysCommand } from '@aws-sdk/client-kms';
import { afterAll, describe, expect, it } from 'vitest';
import { headerValues } from '../../lambdas/pipeline/header-values.ts';
import { newSigningKeys, sha256Hex } from '../../local/sigv4/signature.ts';
import { type Credential, credentialScope, newSigV4Verifier } from '../../local/sigv4.ts';
import {
  alice,
  type Change,
  changed,
  extra,
  header,
  mismatch,
  now,
  received,
  refusal,
  type Signing,
  session,
  sign,
  signByHand,
  unrecognized,
  verifierOf,
  verify,
} from './signing.ts';

describe('a signed request', () => {
  it('is accepted, with who signed it and for which Region and service', async () => {
    const verified = verify(await sign());
    expect(verified).toEqual({ ok: true, credential: alice, region: 'eu-west-1', service: 'kms' });
    if (verified.ok) expect(verified.credential).toBe(alice);
  });

  it.each<[string, Signing]>([
    ['for the service execute-api', { service: 'execute-api' }],
    ['for a Region of another partition', { region: 'us-gov-east-1' }],
    ['for the European sovereign cloud', { region: 'eusc-de-east-1' }],
    ['by a session, with its token', { credential: session }],
    ['with a path that names the operation', { path: '/Encrypt' }],
    ['with a path that is percent-encoded', { path: '/stage/a%20b%2Fc/!*()~' }],
    ['with dots and double slashes in the path', { path: '/a/../b//./c/' }],
    ['with a query', { query: { b: '2 +/é', a: '(1)', 'a-b': '' } }],
    ['with header values full of spaces', { headers: { 'X-Amz-Meta': '  a   b \t c  ' } }],
    ['without a body', { body: '' }],
    ['with a body beyond ASCII', { body: '{"Description":"schlüssel 鍵 🔑"}' }],
    ['299 seconds ago', { signedAt: new Date(now.getTime() - 299_000) }],
    ['299 seconds ahead', { signedAt: new Date(now.getTime() + 299_000) }],
  ])('is accepted when signed %s', async (_, signing) => {
    expect(verify(await sign(signing))).toMatchObject({ ok: true, service: signing.service ?? 'kms' });
  });

  it('is accepted however it writes names of headers and white space around parameters', async () => {
    const request = await sign();
    const shouted = request.headers.map(([name, value]) => [name.toUpperCase(), value] as const);
    const spread = header('authorization', (value) => value.replaceAll(', ', ','));
    expect(verify(changed({ ...request, headers: shouted }, spread)).ok).toBe(true);
  });

  it.each(['Sun, 01 Mar 2026 12:00:00 GMT', 'Sun, 01 Mar 2026 12:00:00 -0000', '20260301T120000Z'])(
    'is accepted when dated by a Date header of %s',
    (date) => {
      const request = signByHand({ headers: { Host: 'kms', Date: date }, signedHeaders: ['date', 'host'] });
      expect(verify(request).ok).toBe(true);
      const later = header('date', () => 'Sun, 01 Mar 2026 12:00:01 GMT');
      expect(verify(changed(request, later))).toEqual(mismatch);
    },
  );

  it.each([
    'Mon, 01 Mar 2026 12:00:00 GMT', // a Sunday
    'Sun, 01 Mar 2026 24:00:00 GMT',
    'Sun, 01 Mrz 2026 12:00:00 GMT',
    'Sun, 01 Mar 2026 12:00:00 +0100',
    'Sunday, 01-Mar-26 12:00:00 GMT',
  ])('is not dated by a Date header of %s', async (date) => {
    const undated = changed(
      await sign(),
      header('x-amz-date', () => undefined),
    );
    expect(verify(changed(undated, extra('Date', date)))).toEqual(
      refusal('IncompleteSignatureException', /^Date must be in ISO-8601/),
    );
  });

  it.each<[string, Change]>([
    ['method', () => ({ method: 'GET' })],
    ['path', () => ({ path: '/Decrypt' })],
    ['query', () => ({ query: 'a=b' })],
    ['body', () => ({ body: Buffer.from('{"KeyId":"alias/b"}') })],
    ['host', header('host', () => 'elsewhere')],
    ['target', header('x-amz-target', () => 'TrentService.Decrypt')],
    ['content type', header('content-type', () => 'application/json')],
    ['date', header('x-amz-date', () => '20260301T120001Z')],
    ['target, by a second one', extra('X-Amz-Target', 'TrentService.Decrypt')],
    ['Region', header('authorization', (value) => value.replace('eu-west-1', 'eu-west-2'))],
    ['service', header('authorization', (value) => value.replace('/kms/', '/execute-api/'))],
    ['signer', header('authorization', (value) => value.replace(alice.accessKeyId, session.accessKeyId))],
    ['stated hash of the body', header('x-amz-content-sha256', () => 'UNSIGNED-PAYLOAD')],
    ['list of signed headers', header('authorization', (value) => value.replace('content-type;', ''))],
    ['order of signed headers', header('authorization', (v) => v.replace('content-type;host', 'host;content-type'))],
    ['case of a signed header', header('authorization', (value) => value.replace('=content-type', '=Content-Type'))],
    ['presence of a signed header', header('content-type', () => undefined)],
    ['last digit of the signature', header('authorization', (v) => v.slice(0, -1) + (v.endsWith('0') ? '1' : '0'))],
    ['case of the signature', header('authorization', (v) => v.slice(0, -64) + v.slice(-64).toUpperCase())],
    ['length of the signature', header('authorization', (value) => `${value}0`)],
    ['alphabet of the signature', header('authorization', (value) => `${value.slice(0, -1)}é`)],
  ])('is refused after a change of its %s', async (_, change) => {
    const request = await sign();
    expect(verify(request).ok).toBe(true);
    expect(verify(changed(request, change))).toEqual(mismatch);
  });

  const dated = { Host: 'kms', 'X-Amz-Date': '20260301T120000Z' };
  it.each([
    ['out of order', ['x-amz-date', 'host']],
    ['twice', ['host', 'host', 'x-amz-date']],
    ['that was not sent', ['host', 'x-amz-date', 'x-none']],
  ])('is refused, though signed so, when it lists a header %s', (_, signedHeaders) => {
    expect(verify(signByHand({ headers: dated, signedHeaders: ['host', 'x-amz-date'] })).ok).toBe(true);
    expect(verify(signByHand({ headers: dated, signedHeaders }))).toEqual(mismatch);
  });

  it('is refused when it states a hash of its body that is not true, without signing that', () => {
    const stating = (hash: string) => {
      const headers = { ...dated, 'X-Amz-Content-Sha256': hash };
      return verify(signByHand({ headers, signedHeaders: ['host', 'x-amz-date'] }));
    };
    expect(stating(sha256Hex('{}')).ok).toBe(true);
    expect(stating(sha256Hex('{ }'))).toEqual(mismatch);
    expect(stating('UNSIGNED-PAYLOAD')).toEqual(mismatch);
  });

  it('is refused when the signer itself left the payload unsigned', async () => {
    expect(verify(await sign({ headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } }))).toEqual(mismatch);
  });

  it.each([
    ['X-Amz-Target', alice, 'TrentService.Decrypt'],
    ['X-Amz-Security-Token', session, session.sessionToken],
  ] as const)('is refused while its %s is not signed', async (name, credential, value) => {
    const request = await sign({ credential });
    const only = request.headers.filter(([known]) => known.toLowerCase() !== name.toLowerCase());
    const list = (text: string) => text.replace(`;${name.toLowerCase()}`, '');
    const edited = changed({ ...request, headers: only }, header('authorization', list), extra(name, value));
    expect(verify(edited)).toEqual(
      refusal('InvalidSignatureException', `'${name}' must be a 'SignedHeader' in the AWS Authorization.`),
    );
  });
});

describe('credentials', () => {
  it('are unrecognized when nobody has the access key id', async () => {
    expect(verify(await sign({ credential: { ...alice, accessKeyId: 'AKIANOBODY' } }))).toEqual(unrecognized);
  });

  it('are refused with the secret of another', async () => {
    expect(verify(await sign({ credential: { ...alice, secretAccessKey: session.secretAccessKey } }))).toEqual(
      mismatch,
    );
  });

  it.each([
    ['a wrong token', { ...session, sessionToken: 'token/with+base64=' }],
    ['no token', { accessKeyId: session.accessKeyId, secretAccessKey: session.secretAccessKey }],
    ['a token where none belongs', { ...alice, sessionToken: 'token' }],
  ])('are unrecognized with %s', async (_, credential) => {
    expect(verify(await sign({ credential }))).toEqual(unrecognized);
  });

  it('of a session are good until the instant it expires', async () => {
    const signedAt = session.expires;
    const request = await sign({ credential: session, signedAt });
    const at = (time: number) => verifierOf([session], () => new Date(time))(request);
    expect(at(signedAt.getTime() - 1)).toMatchObject({ ok: true });
    expect(at(signedAt.getTime())).toEqual(
      refusal('ExpiredTokenException', 'The security token included in the request is expired'),
    );
  });

  it('count at once when the secret changes, and no longer with the old secret', async () => {
    let secretAccessKey = alice.secretAccessKey;
    const verifyNow = newSigV4Verifier({
      find: (accessKeyId) => ({ accessKeyId, secretAccessKey }),
      now: () => now,
      services: ['kms'],
      maxSkewSeconds: 300,
    });
    const old = received(await sign());
    expect(verifyNow(old).ok).toBe(true);
    secretAccessKey = 'another-secret-another-secret-another-se';
    expect(verifyNow(old)).toEqual(mismatch);
    expect(verifyNow(received(await sign({ credential: { ...alice, secretAccessKey } }))).ok).toBe(true);
  });
});

describe('signing keys', () => {
  it('are made once for each secret, date, Region and service, and the oldest is forgotten first', () => {
    const keyOf = newSigningKeys(2);
    const scope = { date: '20260301', region: 'us-east-1', service: 'kms' };
    const first = keyOf('a', 's', scope);
    expect(keyOf('a', 's', scope)).toBe(first);
    expect(keyOf('a', 't', scope).equals(first)).toBe(false);
    const again = keyOf('a', 's', scope);
    expect(again.equals(first)).toBe(true);
    keyOf('a', 's', { ...scope, region: 'us-east-2' });
    expect(keyOf('a', 's', scope)).toBe(again);
    keyOf('a', 's', { ...scope, service: 'execute-api' });
    expect(keyOf('a', 's', scope)).not.toBe(again);
  });
});

describe('the credential scope', () => {
  it('can be read before anything is verified', async () => {
    const { headers } = received(await sign({ region: 'ap-south-1' }));
    const { accessKeyId } = alice;
    expect(credentialScope(headers)).toEqual({ accessKeyId, date: '20260301', region: 'ap-south-1', service: 'kms' });
  });

  it.each(['Bearer x', 'AWS4-HMAC-SHA256 Signature=0', 'AWS4-HMAC-SHA256 Credential=a/b/c', ''])(
    'is undefined for %j',
    (value) => {
      expect(credentialScope(headerValues(['Authorization', value]))).toBeUndefined();
    },
  );
});

describe('the AWS SDK as a client', () => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [path = '', query = ''] = (request.url ?? '').split('?');
      const { rawHeaders, method = '' } = request;
      const headers = rawHeaders.flatMap((name, i) => (i % 2 ? [] : [[name, rawHeaders[i + 1] ?? ''] as const]));
      const verified = verifierOf(
        [alice, session],
        () => new Date('2026-03-01T12:00:00Z'),
      )({
        method,
        path,
        query,
        headers,
        body: Buffer.concat(chunks),
      });
      response.writeHead(verified.ok ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' });
      const { name: __type = '', message = '' } = verified.ok ? {} : verified.error;
      response.end(JSON.stringify(verified.ok ? { Keys: [{ KeyId: verified.region }] } : { __type, message }));
    });
  });
  const listening = new Promise<string>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)); // TCP, so never a string
  });
  afterAll(() => server.close());

  const listKeys = async (credentials: Credential) => {
    const endpoint = await listening;
    const systemClockOffset = now.getTime() - Date.now();
    const kms = new KMSClient({ endpoint, region: 'us-west-2', credentials, systemClockOffset, maxAttempts: 1 });
    return kms.send(new ListKeysCommand({})).finally(() => kms.destroy());
  };

  it('is believed', async () => {
    expect(await listKeys(alice)).toMatchObject({ Keys: [{ KeyId: 'us-west-2' }] });
    const { expires: _, ...credentials } = session;
    expect(await listKeys(credentials)).toMatchObject({ Keys: [{ KeyId: 'us-west-2' }] });
  });

  it('sees AWS errors as such', async () => {
    await expect(listKeys({ ...alice, secretAccessKey: 'wrong' })).rejects.toThrow(mismatch.error.message);
    await expect(listKeys({ ...alice, accessKeyId: 'AKIANOBODY' })).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    });
  });
});
