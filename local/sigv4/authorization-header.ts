import QuickLRU from 'quick-lru';
import { rememberingLast } from '../../core/model/remembering-last.ts';
import type { HeaderValues } from '../../lambdas/pipeline/header-values.ts';

/**
 * `Authorization: AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`, taken apart but not yet believed. What is
 * not there is undefined, or an empty list.
 */
export interface AuthorizationHeader {
  readonly algorithm: string;
  readonly credential: string | undefined;
  readonly signedHeaders: readonly string[];
  readonly signature: string | undefined;
}

export interface CredentialScope {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/**
 * Parameters stand apart by commas, spaces or both, as AWS takes them. It is asked twice of each request.
 *
 * @returns undefined if one of them is no `key=value` pair or is given twice
 */
export const parseAuthorizationHeader = rememberingLast((header: string): AuthorizationHeader | undefined => {
  const at = header.lastIndexOf(signatureLast) + signatureLast.length;
  const signature = header.slice(at);
  if (!signaturePattern.test(signature)) return takeApart(header);
  const others = header.slice(0, at);
  const known = begunAlike.get(others);
  if (known) return { ...known, signature };
  const fresh = takeApart(others);
  if (fresh?.signature !== '') return takeApart(header); // it was the end of another name
  begunAlike.set(others, fresh);
  return { ...fresh, signature };
});

const signatureLast = 'Signature=';
const signaturePattern = /^[0-9a-f]{64}$/;

/** Of the requests that a client signs on a day only the signatures differ: what is before them is taken apart once. */
const begunAlike = new QuickLRU<string, AuthorizationHeader>({ maxSize: 200 });

const takeApart = (header: string): AuthorizationHeader | undefined => {
  const parameters = new Map<string, string>();
  const [algorithm = '', ...pairs] = header.trim().split(/[ \t]*,[ \t]*|[ \t]+/);
  for (const pair of pairs) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = pair.slice(0, equals);
    if (equals < 1 || parameters.has(name)) return undefined;
    parameters.set(name, pair.slice(equals + 1));
  }
  const signedHeaders = parameters.get('SignedHeaders');
  return {
    algorithm,
    credential: parameters.get('Credential'),
    signedHeaders: signedHeaders ? signedHeaders.split(';') : [],
    signature: parameters.get('Signature'),
  };
};

/** @returns undefined unless there are exactly five parts: access key id, date, Region, service, terminator */
export const parseCredential = rememberingLast(
  (credential: string): (CredentialScope & { readonly term: string }) | undefined => {
    const [accessKeyId, date, region, service, term, ...more] = credential.split('/');
    if (!accessKeyId || !date || !region || !service || !term || more.length > 0) return undefined;
    return { accessKeyId, date, region, service, term };
  },
);

/** A cheap look at what a request claims: good for choosing a Region to answer in, never for trusting anybody. */
export const credentialScope = (headers: HeaderValues): CredentialScope | undefined => {
  const header = headers.get('authorization')?.[0];
  const credential = header && parseAuthorizationHeader(header)?.credential;
  const parsed = credential ? parseCredential(credential) : undefined;
  if (!parsed) return undefined;
  const { accessKeyId, date, region, service } = parsed;
  return { accessKeyId, date, region, service };
};
