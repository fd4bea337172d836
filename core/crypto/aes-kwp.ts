import { createCipheriv, createDecipheriv } from 'node:crypto';
import { checkBytes } from './bytes.ts';

/** OpenSSL's name for a key of so many bytes. */
const algorithms: Readonly<Record<number, string>> = {
  16: 'id-aes128-wrap-pad',
  24: 'id-aes192-wrap-pad',
  32: 'id-aes256-wrap-pad',
};

/** The first half of the alternative initial value. RFC 5649 §3. */
const initialValue = Buffer.from('a65959a6', 'hex');

/**
 * Wraps a key of any length with AES: KWP-AE, SP 800-38F §6.3 (RFC 5649 §4.1).
 *
 * @param key 16, 24 or 32 bytes; not modified
 * @returns 8 bytes more than the plaintext has when filled up to a multiple of 8
 * @throws {RangeError} on a key of another length, or an empty plaintext
 */
export const wrapKwp = (key: Uint8Array, plaintext: Uint8Array): Buffer => {
  const algorithm = algorithmFor(key);
  checkBytes('plaintext', plaintext);
  if (plaintext.length === 0) throw new RangeError('plaintext: expected 1 byte or more, got 0');
  const cipher = createCipheriv(algorithm, key, initialValue);
  return Buffer.concat([cipher.update(plaintext), cipher.final()]);
};

/**
 * Unwraps what `wrapKwp` or anyone else wrapped: KWP-AD, SP 800-38F §6.3 (RFC 5649 §4.2).
 *
 * @returns the plaintext, fresh bytes which the caller owns and wipes; undefined if anything was changed, or under
 *   another key
 * @throws {RangeError} on a key of another length
 */
export const unwrapKwp = (key: Uint8Array, wrapped: Uint8Array): Buffer | undefined => {
  const algorithm = algorithmFor(key);
  checkBytes('wrapped', wrapped);
  if (wrapped.length < 16) return undefined; // of which OpenSSL makes nothing, without complaint
  const decipher = createDecipheriv(algorithm, key, initialValue);
  try {
    return decipher.update(wrapped); // whole and verified: the mode takes all its input at once
  } catch {
    return undefined;
  }
};

const algorithmFor = (key: Uint8Array): string => {
  checkBytes('key', key);
  const algorithm = algorithms[key.length];
  if (algorithm === undefined) throw new RangeError(`key: expected 16, 24 or 32 bytes, got ${key.length}`);
  return algorithm;
};
