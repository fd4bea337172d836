/** Signers and signed requests for the tests of Signature Version 4, and ways to spoil them. */
import { SignatureV4 } from '@smithy/signature-v4';
import { expect } from 'vitest';
import { Sha256 } from '../../clients/proxy/sha256.ts';
import { headerValues } from '../../lambdas/pipeline/header-values.ts';
import { canonicalRequest } from '../../local/sigv4/canonical-request.ts';
import { sha256Hex, signature, signingKey, stringToSign } from '../../local/sigv4/signature.ts';
import { type Credential, newSigV4Verifier, type SignedRequest as ReceivedRequest } from '../../local/sigv4.ts';

export const now = new Date('2026-03-01T12:00:00Z');
export const alice = {
  accessKeyId: 'AKIAALICEALICEALICE2',
  secretAccessKey: 'alice-secret-alice-secret-alice-secret-a',
};
export const session = {
  accessKeyId: 'ASIASESSIONSESSION22',
  secretAccessKey: 'session-secret-session-secret-session-se',
  sessionToken: 'token/with+base64==',
  expires: new Date('2026-03-01T13:00:00Z'),
};

/** A request as it is sent: with its headers in their order, duplicates kept. */
export interface SignedRequest extends Omit<ReceivedRequest, 'headers'> {
  readonly headers: readonly (readonly [name: string, value: string])[];
}

export const received = (request: SignedRequest): ReceivedRequest => ({
  ...request,
  headers: headerValues(request.headers.flat()),
});

export const verifierOf = (credentials: readonly Credential[], time: () => Date = () => now) => {
  const verifyReceived = newSigV4Verifier({
    find: (id) => credentials.find(({ accessKeyId }) => accessKeyId === id),
    now: time,
    services: ['kms', 'execute-api'],
    maxSkewSeconds: 300,
  });
  return (request: SignedRequest) => verifyReceived(received(request));
};
export const verify = verifierOf([alice, session]);

export interface Signing {
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
export const sign = async (signing: Signing = {}): Promise<SignedRequest> => {
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
export const signByHand = (told: { headers: Record<string, string>; signedHeaders: string[] }): SignedRequest => {
  const headers = Object.entries(told.headers);
  const scope = { date: '20260301', region: 'us-east-1', service: 'kms' };
  const parts = { method: 'POST', path: '/', query: '', normalizePath: true, bodyHash: sha256Hex('{}') };
  const canonical = canonicalRequest({ ...parts, ...told, headers: headerValues(headers.flat()) });
  const text = stringToSign('20260301T120000Z', scope, canonical);
  const proof = signature(signingKey(alice.secretAccessKey, scope), text);
  const credential = `${alice.accessKeyId}/20260301/us-east-1/kms/aws4_request`;
  const signedHeaders = told.signedHeaders.join(';');
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders}, Signature=${proof}`;
  return { ...parts, headers: [...headers, ['Authorization', authorization]], body: Buffer.from('{}') };
};

export type Change = (request: SignedRequest) => Partial<SignedRequest>;

/** Changes each header of the name (written in lower case); undefined takes it away. */
export const header =
  (name: string, edit: (value: string) => string | undefined): Change =>
  ({ headers }) => ({
    headers: headers.flatMap(([known, value]): (readonly [string, string])[] => {
      if (known.toLowerCase() !== name) return [[known, value]];
      const edited = edit(value);
      return edited === undefined ? [] : [[known, edited]];
    }),
  });
export const extra =
  (name: string, value: string): Change =>
  ({ headers }) => ({ headers: [...headers, [name, value]] });
export const changed = (request: SignedRequest, ...changes: readonly Change[]): SignedRequest => {
  let after = request;
  for (const change of changes) after = { ...after, ...change(after) };
  return after;
};
export const without = (parameter: string) =>
  header('authorization', (value) => value.replace(new RegExp(`${parameter}=[^,]+(, )?`), ''));

export const mismatch = {
  ok: false,
  error: {
    name: 'InvalidSignatureException',
    message:
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  },
};
export const unrecognized = {
  ok: false,
  error: { name: 'UnrecognizedClientException', message: 'The security token included in the request is invalid.' },
};
export const refusal = (name: string, message: string | RegExp) => ({
  ok: false,
  error: { name, message: typeof message === 'string' ? message : expect.stringMatching(message) },
});
