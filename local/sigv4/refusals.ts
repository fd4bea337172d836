import { hash } from 'node:crypto';
import { formatTimestamp } from './timestamp.ts';

/** Why a request is not believed, worded as AWS words it; never the signature nor the header itself. */
export type AuthenticationErrorName =
  | 'MissingAuthenticationTokenException'
  | 'IncompleteSignatureException'
  | 'InvalidSignatureException'
  | 'UnrecognizedClientException'
  | 'ExpiredTokenException';

export interface Refusal {
  readonly ok: false;
  readonly error: { readonly name: AuthenticationErrorName; readonly message?: string };
}

const refusal = (name: AuthenticationErrorName, message: string): Refusal => ({ ok: false, error: { name, message } });

export const missingToken = refusal('MissingAuthenticationTokenException', 'Missing Authentication Token');

export const unrecognizedClient = refusal(
  'UnrecognizedClientException',
  'The security token included in the request is invalid.',
);

export const expiredToken = refusal('ExpiredTokenException', 'The security token included in the request is expired');

export const mismatch = refusal(
  'InvalidSignatureException',
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key ' +
    'and signing method. Consult the service documentation for details.',
);

export const incomplete = (message: string): Refusal => refusal('IncompleteSignatureException', message);

export const invalid = (message: string): Refusal => refusal('InvalidSignatureException', message);

/** The header's hash lets its sender find it again; the header may hold a password meant for somewhere else. */
export const missingParts = (problems: readonly string[], header: string): Refusal =>
  incomplete(`${problems.join(' ')} (Hashed with SHA-256 and encoded with Base64) Authorization=${hashed(header)}`);

export const notKeyValue = (header: string): Refusal =>
  incomplete(
    'Invalid key=value pair (missing equal-sign) in Authorization header ' +
      `(hashed with SHA-256 and encoded with Base64): '${hashed(header)}'.`,
  );

const hashed = (header: string): string => hash('sha256', Buffer.from(header, 'latin1'), 'base64');

/** @param names of which one would do */
export const unsignedHeader = (...names: readonly string[]): Refusal =>
  invalid(`'${names.join("' or '")}' must be a 'SignedHeader' in the AWS Authorization.`);

/** @param skewSeconds by which the clocks may differ */
export const expiredSignature = (signed: Date, now: Date, skewSeconds: number): Refusal => {
  const earliest = formatTimestamp(new Date(now.getTime() - skewSeconds * 1000));
  const span = `${formatTimestamp(now)} - ${skewSeconds / 60} min.`;
  return invalid(`Signature expired: ${formatTimestamp(signed)} is now earlier than ${earliest} (${span})`);
};

/** @param skewSeconds by which the clocks may differ */
export const earlySignature = (signed: Date, now: Date, skewSeconds: number): Refusal => {
  const latest = formatTimestamp(new Date(now.getTime() + skewSeconds * 1000));
  const span = `${formatTimestamp(now)} + ${skewSeconds / 60} min.`;
  return invalid(`Signature not yet current: ${formatTimestamp(signed)} is still later than ${latest} (${span})`);
};
