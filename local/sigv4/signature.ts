import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

/**
 * String to sign, signing key and signature of Signature Version 4.
 * Source: AWS IAM User Guide, "Create a signed AWS API request", steps 2 to 4.
 */
export const algorithm = 'AWS4-HMAC-SHA256';

/** The last part of every credential scope. */
export const terminator = 'aws4_request';

/** Where and when a signing key is good: date (`YYYYMMDD`), Region, service. */
export interface SigningScope {
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** SHA-256 in lower-case hex. Strings count as one byte a character, which is what headers off the wire hold. */
export const sha256Hex = (data: string | Uint8Array): string =>
  hash('sha256', typeof data === 'string' ? Buffer.from(data, 'latin1') : data, 'hex');

/** @param timestamp of the request, `YYYYMMDDTHHMMSSZ` */
export const stringToSign = (timestamp: string, scope: SigningScope, canonicalRequest: string): string => {
  const { date, region, service } = scope;
  return `${algorithm}\n${timestamp}\n${date}/${region}/${service}/${terminator}\n${sha256Hex(canonicalRequest)}`;
};

/** @returns a key of 32 bytes, good for one day, Region and service; as a KeyObject it signs many times faster */
export const signingKey = (secretAccessKey: string, { date, region, service }: SigningScope): KeyObject =>
  [date, region, service, terminator].reduce(
    (key, text) => createSecretKey(createHmac('sha256', key).update(text, 'latin1').digest()),
    createSecretKey(`AWS4${secretAccessKey}`, 'utf8'),
  );

/** @returns 64 lower-case hex digits */
export const signature = (key: KeyObject, text: string): string =>
  createHmac('sha256', key).update(text, 'latin1').digest('hex');

/**
 * Signing keys already made, at most `limit`; the oldest goes first.
 * An entry counts only together with the secret it was made from, so a changed secret never meets its old key.
 */
export const newSigningKeys = (limit = 256) => {
  const made = new Map<string, { readonly secretAccessKey: string; readonly key: KeyObject }>();
  return (accessKeyId: string, secretAccessKey: string, scope: SigningScope): KeyObject => {
    const id = `${accessKeyId}/${scope.date}/${scope.region}/${scope.service}`;
    const known = made.get(id);
    if (known?.secretAccessKey === secretAccessKey) return known.key;
    const key = signingKey(secretAccessKey, scope);
    for (const oldest of made.keys()) {
      if (made.size < limit) break;
      made.delete(oldest);
    }
    made.set(id, { secretAccessKey, key });
    return key;
  };
};
