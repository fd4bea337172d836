import { createHash, createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KMSClient, ListKeysCommand } from '@aws-sdk/client-kms';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, describe, expect, it } from 'vitest';
import { canonicalRequest, headerValues } from '../../local/sigv4/canonical-request.ts';
import { newSigningKeys, sha256Hex, signature, signingKey, stringToSign } from '../../local/sigv4/signature.ts';
import { type Credential, credentialScope, newSigV4Verifier, type SignedRequest } from '../../local/sigv4.ts';

const now = new Date('2026-03-01T12:00:00Z');
const alice = { accessKeyId: 'AKIAALICEALICEALICE2', secretAccessKey: 'alice-secret-alice-secret-alice-secret-a' };
const session = {
  accessKeyId: 'ASIASESSIONSESSION22',
  secretAccessKey: 'session-secret-session-secret-session-se',
  sessionToken: 'token/with+base64==',
  expires: new Date('2026-03-01T13:00:00Z'),
};

const verifierOf = (credentials: readonly Credential[], time: () => Date = () => now) =>
  newSigV4Verifier({
    find: (id) => credentials.find(({ accessKeyId }) => accessKeyId === id),
    now: time,
    services: ['kms', 'execute-api'],
    maxSkewSeconds: 300,
  });
const verify = verifierOf([alice, session]);

/** The hash that the signer asks for; a class because it is called with `new`. */
class Sha256 {
  readonly #hash;
  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    const bytes =
      key instanceof ArrayBuffer ? new Uint8Array(key) : (key as string | NodeJS.ArrayBufferView | undefined); // what HashConstructor may be given
    this.#hash = bytes === undefined ? createHash('sha256') : createHmac('sha256', bytes);
  }
  update(data: Uint8Array) {
    this.#hash.update(data);
  }
  async digest() {
    return new Uint8Array(this.#hash.digest());
  }
  reset() {}
}

interface Signing {
  credential?: Credential;
  body?: string;
  path?: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  signedAt?: Date;
  region?: string;
  service?: string;
}

/** A request signed by the AWS SDK's own signer. */
const sign = async (signing: Signing = {}): Promise<SignedRequest> => {
  const { body = '{"KeyId":"alias/a"}', path = '/', query = {}, region = 'eu-west-1', service = 'kms' } = signing;
  const signer = new SignatureV4({ credentials: signing.credential ?? alice, region, service, sha256: Sha256 });
  const headers = {
    host: '127.0.0.1:4599',
    'content-type': 'application/x-amz-json-1.1',
    'X-Amz-Target': 'TrentService.Encrypt',
    'user-agent': 'anything',
    ...signing.headers,
  };
  const request = { method: 'POST', protocol: 'http:', hostname: '127.0.0.1', port: 4599, path, query, headers, body };
  const signed = await signer.sign(request, { signingDate: signing.signedAt ?? now });
  const raw = Object.entries(query).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return {
    method: 'POST',
    path,
    query: raw.join('&'),
    headers: Object.entries(signed.headers),
    body: Buffer.from(body),
  };
};

/** A request signed with our own functions, also in ways that no signer would choose. */
const signByHand = (told: { headers: Record<string, string>; signedHeaders: string[] }): SignedRequest => {
  const headers = Object.entries(told.headers);
  const scope = { date: '20260301', region: 'us-east-1', service: 'kms' };
  const parts = { method: 'POST', path: '/', query: '', normalizePath: true, bodyHash: sha256Hex('{}') };
  const canonical = canonicalRequest({ ...parts, ...told, headers: headerValues(headers) });
  const text = stringToSign('20260301T120000Z', scope, canonical);
  const proof = signature(signingKey(alice.secretAccessKey, scope), text);
  const credential = `${alice.accessKeyId}/20260301/us-east-1/kms/aws4_request`;
  const signedHeaders = told.signedHeaders.join(';');
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders}, Signature=${proof}`;
  return { ...parts, headers: [...headers, ['Authorization', authorization]], body: Buffer.from('{}') };
};

type Change = (request: SignedRequest) => Partial<SignedRequest>;

/** Changes each header of the name (written in lower case); undefined takes it away. */
const header =
  (name: string, edit: (value: string) => string | undefined): Change =>
  ({ headers }) => ({
    headers: headers.flatMap(([known, value]): (readonly [string, string])[] => {
      if (known.toLowerCase() !== name) return [[known, value]];
      const edited = edit(value);
      return edited === undefined ? [] : [[known, edited]];
    }),
  });
const extra =
  (name: string, value: string): Change =>
  ({ headers }) => ({ headers: [...headers, [name, value]] });
const changed = (request: SignedRequest, ...changes: readonly Change[]): SignedRequest => {
  let after = request;
  for (const change of changes) after = { ...after, ...change(after) };
  return after;
};
const without = (parameter: string) =>
  header('authorization', (value) => value.replace(new RegExp(`${parameter}=[^,]+(, )?`), ''));

const mismatch = {
  ok: false,
  error: {
    name: 'InvalidSignatureException',
    message:
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  },
};
const unrecognized = {
  ok: false,
  error: { name: 'UnrecognizedClientException', message: 'The security token included in the request is invalid.' },
};
const refusal = (name: string, message: string | RegExp) => ({
  ok: false,
  error: { name, message: typeof message === 'string' ? message : expect.stringMatching(message) },
});

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

describe('a request that proves nothing', () => {
  it('is missing its token without credentials', async () => {
    const missing = refusal('MissingAuthenticationTokenException', 'Missing Authentication Token');
    expect(
      verify(
        changed(
          await sign(),
          header('authorization', () => undefined),
        ),
      ),
    ).toEqual(missing);
    expect(
      verify(
        changed(
          await sign(),
          header('authorization', () => ''),
        ),
      ),
    ).toEqual(missing);
  });

  it.each([[['Credential']], [['Signature']], [['SignedHeaders']], [['Credential', 'Signature', 'SignedHeaders']]])(
    'is told that it lacks %s, without an echo of its header',
    async (names) => {
      const request = changed(await sign(), ...names.map(without));
      const sent = request.headers.find(([name]) => name === 'authorization')?.[1] ?? '';
      const verdict = verify(request);
      const parts = names.map((name) => `Authorization header requires '${name}' parameter.`).join(' ');
      const digest = createHash('sha256').update(sent).digest('base64');
      const message = `${parts} (Hashed with SHA-256 and encoded with Base64) Authorization=${digest}`;
      expect(verdict).toEqual(refusal('IncompleteSignatureException', message));
    },
  );

  it.each<[string, Change, ReturnType<typeof refusal>]>([
    [
      'neither date',
      header('x-amz-date', () => undefined),
      refusal('IncompleteSignatureException', /^Authorization header requires existence of either a 'X-Amz-Date' or/),
    ],
    [
      'a date in another format',
      header('x-amz-date', () => '2026-03-01T12:00:00Z'),
      refusal(
        'IncompleteSignatureException',
        "Date must be in ISO-8601 'basic format'. Got '2026-03-01T12:00:00Z'. See http://en.wikipedia.org/wiki/ISO_8601",
      ),
    ],
    ...['20260230T120000Z', '20260001T120000Z', '20261301T120000Z', '20260301T240000Z', '20260301T116000Z'].map(
      (date): [string, Change, ReturnType<typeof refusal>] => [
        `the date ${date}, which does not exist`,
        header('x-amz-date', () => date),
        refusal('IncompleteSignatureException', /^Date must be in/),
      ],
    ),
    [
      'two dates',
      extra('x-amz-date', '20260301T120000Z'),
      refusal('IncompleteSignatureException', 'Found more than one X-Amz-Date header.'),
    ],
    [
      'two Authorization headers',
      extra('AUTHORIZATION', 'AWS4-HMAC-SHA256 a=b'),
      refusal('IncompleteSignatureException', 'Found more than one Authorization header.'),
    ],
    [
      'a parameter twice',
      header('authorization', (value) => `${value}, Signature=0`),
      refusal('IncompleteSignatureException', /^Invalid key=value pair/),
    ],
    [
      'a bearer token',
      header('authorization', () => 'Bearer hunter2'),
      refusal('IncompleteSignatureException', /^Invalid key=value pair [^:]+: '[A-Za-z0-9+/]{43}='\.$/),
    ],
    [
      'another algorithm',
      header('authorization', (value) => value.replace('AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA512')),
      refusal('IncompleteSignatureException', "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512'."),
    ],
    [
      'four parts in its credential',
      header('authorization', (value) => value.replace('/aws4_request', '')),
      refusal('IncompleteSignatureException', /^Credential must have exactly 5 slash-delimited elements/),
    ],
    [
      'credentials in the query',
      (request) => ({
        ...header('authorization', () => undefined)(request),
        query: 'X-Amz-Algorithm=AWS4-HMAC-SHA256',
      }),
      refusal('IncompleteSignatureException', /query string/),
    ],
    [
      'credentials in both places',
      () => ({ query: 'X-Amz-Algorithm=AWS4-HMAC-SHA256' }),
      refusal('InvalidSignatureException', /^Found both 'X-Amz-Algorithm' as a query-string param/),
    ],
    [
      'its host unsigned',
      header('authorization', (value) => value.replace('host;', '')),
      refusal('InvalidSignatureException', "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."),
    ],
    [
      'a scope that is wrong in every part',
      header('authorization', (value) => value.replace('20260301/eu-west-1/kms/aws4_request', '20260228/moon/s3/aws5')),
      refusal(
        'InvalidSignatureException',
        "Credential should be scoped to a valid region, not 'moon'. Credential should be scoped to correct service: 'kms'. " +
          "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. Date in Credential scope does not " +
          "match YYYYMMDD from ISO-8601 version of date from HTTP: '20260228' != '20260301', from '20260301T120000Z'.",
      ),
    ],
  ])('is told so when it has %s', async (_, change, verdict) => {
    expect(verify(changed(await sign(), change))).toEqual(verdict);
  });

  it('never sees its own header in an answer', async () => {
    const secret = 'Basic user:hunter2';
    for (const value of [secret, `AWS4-HMAC-SHA256 Credential=${secret}`]) {
      expect(
        JSON.stringify(
          verify(
            changed(
              await sign(),
              header('authorization', () => value),
            ),
          ),
        ),
      ).not.toContain('hunter2');
    }
  });

  it('has expired 301 seconds after it was signed', async () => {
    const message =
      'Signature expired: 20260301T115459Z is now earlier than 20260301T115500Z (20260301T120000Z - 5 min.)';
    expect(verify(await sign({ signedAt: new Date(now.getTime() - 301_000) }))).toEqual(
      refusal('InvalidSignatureException', message),
    );
  });

  it('is not yet current 301 seconds before it is signed', async () => {
    const message =
      'Signature not yet current: 20260301T120501Z is still later than 20260301T120500Z (20260301T120000Z + 5 min.)';
    expect(verify(await sign({ signedAt: new Date(now.getTime() + 301_000) }))).toEqual(
      refusal('InvalidSignatureException', message),
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
    const old = await sign();
    expect(verifyNow(old).ok).toBe(true);
    secretAccessKey = 'another-secret-another-secret-another-se';
    expect(verifyNow(old)).toEqual(mismatch);
    expect(verifyNow(await sign({ credential: { ...alice, secretAccessKey } })).ok).toBe(true);
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
    const { headers } = await sign({ region: 'ap-south-1' });
    const { accessKeyId } = alice;
    expect(credentialScope(headers)).toEqual({ accessKeyId, date: '20260301', region: 'ap-south-1', service: 'kms' });
  });

  it.each(['Bearer x', 'AWS4-HMAC-SHA256 Signature=0', 'AWS4-HMAC-SHA256 Credential=a/b/c', ''])(
    'is undefined for %j',
    (value) => {
      expect(credentialScope([['Authorization', value]])).toBeUndefined();
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

interface Case {
  readonly name: string;
  readonly context: {
    readonly credentials: {
      readonly access_key_id: string;
      readonly secret_access_key: string;
      readonly token?: string;
    };
    readonly normalize: boolean;
    readonly region: string;
    readonly service: string;
    readonly timestamp: string;
    readonly omit_session_token?: boolean;
  };
  readonly 'header-canonical-request': string;
  readonly 'header-string-to-sign': string;
  readonly 'header-signature': string;
  readonly 'header-signed-request': string;
  readonly 'query-canonical-request': string;
  readonly 'query-string-to-sign': string;
  readonly 'query-signature': string;
  readonly 'query-signed-request': string;
}

// awslabs/aws-c-auth, tests/aws-signing-test-suite/v4
const vectors = new URL('../../../shared/vectors/sigv4/aws-c-auth-v4.json', import.meta.url);
const cases: readonly Case[] = existsSync(vectors) ? JSON.parse(readFileSync(vectors, 'utf8')).tests : [];
if (cases.length === 0) console.warn('SKIPPED: the vectors of aws-c-auth are not on this machine');

/** Reads a request as the vectors write it: folded headers, spaces and UTF-8 in the target. */
const parseRequest = (text: string): SignedRequest => {
  const [head = '', body = ''] = text.split(/\n\n([\s\S]*)/);
  const [line = '', ...fields] = head
    .trimEnd()
    .replace(/\n(?=[ \t])/g, '\r')
    .split('\n');
  const method = line.slice(0, line.indexOf(' '));
  const [path = '', query = ''] = line.slice(method.length + 1, line.lastIndexOf(' HTTP/')).split(/\?(.*)/);
  const headers = fields.map((field) => {
    const colon = field.indexOf(':');
    return [field.slice(0, colon), field.slice(colon + 1)] as const;
  });
  return { method, path, query, headers, body: Buffer.from(body) };
};

describe.skipIf(cases.length === 0)('the test suite of aws-c-auth', () => {
  it('is there as a whole', () => expect(cases).toHaveLength(38));

  const timestamp = (vector: Case) => vector.context.timestamp.replace(/[-:]/g, '');
  const signedText = (vector: Case, request: SignedRequest, signedHeaders: string, unsignedParameters: string[]) => {
    const { region, service, normalize: normalizePath, credentials } = vector.context;
    const canonical = canonicalRequest({
      ...request,
      headers: headerValues(request.headers),
      signedHeaders: signedHeaders.split(';'),
      bodyHash: sha256Hex(request.body),
      normalizePath,
      unsignedParameters,
    });
    const scope = { date: timestamp(vector).slice(0, 8), region, service };
    const text = stringToSign(timestamp(vector), scope, canonical);
    return { canonical, text, signature: signature(signingKey(credentials.secret_access_key, scope), text) };
  };

  it.each(cases)('gives the header form of $name', (vector) => {
    const request = parseRequest(vector['header-signed-request']);
    const authorization = request.headers.find(([name]) => name === 'Authorization')?.[1] ?? '';
    expect(signedText(vector, request, /SignedHeaders=([^,]+)/.exec(authorization)?.[1] ?? '', [])).toEqual({
      canonical: vector['header-canonical-request'],
      text: vector['header-string-to-sign'],
      signature: vector['header-signature'],
    });
  });

  it.each(cases)('gives the query form of $name', (vector) => {
    const request = parseRequest(vector['query-signed-request']);
    const signedHeaders = new URLSearchParams(request.query).get('X-Amz-SignedHeaders') ?? '';
    const unsigned = ['X-Amz-Signature', ...(vector.context.omit_session_token ? ['X-Amz-Security-Token'] : [])];
    expect(signedText(vector, request, signedHeaders, unsigned)).toEqual({
      canonical: vector['query-canonical-request'],
      text: vector['query-string-to-sign'],
      signature: vector['query-signature'],
    });
  });

  const verifierFor = ({ context }: Case) => {
    const { access_key_id: accessKeyId, secret_access_key: secretAccessKey, token } = context.credentials;
    const credential = { accessKeyId, secretAccessKey, ...(token && { sessionToken: token }) };
    return newSigV4Verifier({
      find: (id) => (id === accessKeyId ? credential : undefined),
      now: () => new Date(context.timestamp),
      services: [context.service],
      maxSkewSeconds: 300,
      normalizePath: context.normalize,
    });
  };
  // adds the token after signing, as some services allow; we want it signed
  const tokenUnsigned = cases.filter(({ context }) => context.omit_session_token);
  const sound = cases.filter((vector) => !tokenUnsigned.includes(vector));

  it.each(sound)('is accepted in $name, and refused after any change', (vector) => {
    const verifyIt = verifierFor(vector);
    const request = parseRequest(vector['header-signed-request']);
    expect(verifyIt(request)).toMatchObject({ ok: true, region: 'us-east-1', service: 'service' });

    const signed = /SignedHeaders=([^,]+)/.exec(vector['header-signed-request'])?.[1]?.split(';') ?? [];
    const changes: [string, Change][] = [
      ['method', () => ({ method: 'PUT' })],
      ['path', ({ path }) => ({ path: `${path}x` })],
      ['query', ({ query }) => ({ query: `${query}${query && '&'}x=y` })],
      ['body', ({ body }) => ({ body: Buffer.concat([body, Buffer.from(' ')]) })],
      ['signature', header('authorization', (v) => v.slice(0, -1) + (v.endsWith('0') ? '1' : '0'))],
      ['region', header('authorization', (value) => value.replace('us-east-1', 'us-east-2'))],
      ['signer', header('authorization', (value) => value.replace('AKIDEXAMPLE', 'AKIDEXAMPLF'))],
      ...signed.map((name): [string, Change] => [name, header(name, (value) => `${value}0`)]),
      ...signed.map((name): [string, Change] => [`no ${name}`, header(name, () => undefined)]),
      ...signed.map((name): [string, Change] => [`two ${name}`, extra(name, '0')]),
    ];
    for (const [what, change] of changes) expect(verifyIt(changed(request, change)).ok, what).toBe(false);
  });

  it.each(tokenUnsigned)('is refused in $name, where the session token is not signed', (vector) => {
    expect(verifierFor(vector)(parseRequest(vector['header-signed-request']))).toEqual(
      refusal('InvalidSignatureException', /^'X-Amz-Security-Token' must be a 'SignedHeader'/),
    );
  });
});
