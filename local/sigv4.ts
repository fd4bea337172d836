import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { HeaderValues } from '../lambdas/pipeline/header-values.ts';
import { canonicalRequest } from './sigv4/canonical-request.ts';
import { type Claim, readClaim } from './sigv4/claim.ts';
import {
  earlySignature,
  expiredSignature,
  expiredToken,
  incomplete,
  mismatch,
  type Refusal,
  unrecognizedClient,
} from './sigv4/refusals.ts';
import { readScope } from './sigv4/scope.ts';
import { algorithm, newSigningKeys, sha256Hex, signature, stringToSign } from './sigv4/signature.ts';
import { checkSignedHeaders } from './sigv4/signed-headers.ts';

export { type CredentialScope, credentialScope } from './sigv4/authorization-header.ts';
export type { AuthenticationErrorName } from './sigv4/refusals.ts';

export interface SignedRequest {
  readonly method: string;
  /** Raw, as sent, without the query. */
  readonly path: string;
  /** Raw, as sent, without `?`. */
  readonly query: string;
  readonly headers: HeaderValues;
  readonly body: Uint8Array;
}

export interface Credential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** The end of a session. */
  readonly expires?: Date;
}

export type Verification<C> =
  | { readonly ok: true; readonly credential: C; readonly region: string; readonly service: string }
  | Refusal;

export interface VerifierOptions<C> {
  find(accessKeyId: string): C | undefined;
  /** Real time, whatever the service's own clock says: clients sign by it. */
  now(): Date;
  /** By which sessions end. @default now */
  clock?(): Date;
  /** Accepted in the credential scope; messages name the first. */
  readonly services: readonly string[];
  /** By which the clocks may differ, either way. */
  readonly maxSkewSeconds: number;
  /** False for services that sign the path as it is (S3). @default true */
  readonly normalizePath?: boolean;
}

/**
 * Verifies Signature Version 4 in the Authorization header; the checks come in the order in which AWS makes them.
 * The body's hash is always computed here, so an unsigned payload is refused.
 */
export const newSigV4Verifier = <C extends Credential>(options: VerifierOptions<C>) => {
  const { find, now, clock = now, services, maxSkewSeconds, normalizePath = true } = options;
  const signingKeys = newSigningKeys();
  // stands in for unknown access keys, which then take as long as known ones
  const nobody = { accessKeyId: '', secretAccessKey: randomBytes(32).toString('base64') };

  return (request: SignedRequest): Verification<C> => {
    const { method, path, query, headers } = request;
    const claim = readClaim(query, headers);
    if (!claim.ok) return claim;
    const time = now();
    const refused =
      checkTime(claim, time, maxSkewSeconds) ?? checkSignedHeaders(claim, headers) ?? checkAlgorithm(claim);
    if (refused) return refused;
    const scope = readScope(claim, services);
    if ('ok' in scope) return scope;

    const found = find(scope.accessKeyId);
    const { accessKeyId, secretAccessKey } = found ?? nobody;
    const bodyHash = sha256Hex(request.body);
    const { signedHeaders } = claim;
    const canonical = canonicalRequest({ method, path, query, headers, signedHeaders, bodyHash, normalizePath });
    const text = stringToSign(claim.timestamp, scope, canonical);
    const expected = signature(signingKeys(accessKeyId, secretAccessKey, scope), text);
    const genuine = equal(expected, claim.signature);
    if (!found) return unrecognizedClient;
    if (!genuine || !saysHash(headers, bodyHash)) return mismatch;
    return (
      checkSession(found, headers, clock()) ?? {
        ok: true,
        credential: found,
        region: scope.region,
        service: scope.service,
      }
    );
  };
};

const checkTime = ({ signedAt }: Claim, now: Date, skewSeconds: number): Refusal | undefined => {
  const ageSeconds = (now.getTime() - signedAt.getTime()) / 1000;
  if (ageSeconds > skewSeconds) return expiredSignature(signedAt, now, skewSeconds);
  if (ageSeconds < -skewSeconds) return earlySignature(signedAt, now, skewSeconds);
  return undefined;
};

const checkAlgorithm = (claim: Claim): Refusal | undefined =>
  claim.algorithm === algorithm ? undefined : incomplete(`Unsupported AWS 'algorithm': '${claim.algorithm}'.`);

/** A hash that the client states must be the body's own; `UNSIGNED-PAYLOAD` never is. */
const saysHash = (headers: HeaderValues, bodyHash: string): boolean =>
  headers.get('x-amz-content-sha256')?.every((stated) => stated === bodyHash) ?? true;

const checkSession = (credential: Credential, headers: HeaderValues, now: Date): Refusal | undefined => {
  const given = headers.get('x-amz-security-token')?.join(',');
  const { sessionToken, expires } = credential;
  const isOfSession = given !== undefined || sessionToken !== undefined;
  if (isOfSession && !equal(sha256Hex(sessionToken ?? ''), sha256Hex(given ?? ''))) return unrecognizedClient;
  if (expires && expires <= now) return expiredToken;
  return undefined;
};

/** In time that does not depend on what differs. @param expected 64 hex digits */
const equal = (expected: string, given: string): boolean => {
  const bytes = Buffer.from(given, 'utf8');
  return bytes.length === expected.length && timingSafeEqual(Buffer.from(expected, 'latin1'), bytes);
};
