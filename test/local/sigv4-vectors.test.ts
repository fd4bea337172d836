import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { canonicalRequest } from '../../local/sigv4/canonical-request.ts';
import { sha256Hex, signature, signingKey, stringToSign } from '../../local/sigv4/signature.ts';
import { newSigV4Verifier } from '../../local/sigv4.ts';
import { type Change, changed, extra, header, received, refusal, type SignedRequest } from './signing.ts';

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
      headers: received(request).headers,
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
    expect(verifyIt(received(request))).toMatchObject({ ok: true, region: 'us-east-1', service: 'service' });

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
    for (const [what, change] of changes) expect(verifyIt(received(changed(request, change))).ok, what).toBe(false);
  });

  it.each(tokenUnsigned)('is refused in $name, where the session token is not signed', (vector) => {
    expect(verifierFor(vector)(received(parseRequest(vector['header-signed-request'])))).toEqual(
      refusal('InvalidSignatureException', /^'X-Amz-Security-Token' must be a 'SignedHeader'/),
    );
  });
});
