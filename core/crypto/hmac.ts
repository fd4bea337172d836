import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { checkBytes, wipe } from './bytes.ts';

export type MacHash = 'sha224' | 'sha256' | 'sha384' | 'sha512';

/**
 * Authenticates a message with HMAC.
 * Source: FIPS 198-1 §4 (RFC 2104 §2).
 *
 * @param key any length; not modified
 * @returns the full tag, as long as a digest of the hash
 */
export const mac = (hash: MacHash, key: Uint8Array, message: Uint8Array): Buffer => {
  checkBytes('key', key);
  checkBytes('message', message);
  return createHmac(hash, createSecretKey(key)).update(message).digest();
};

/** Compares in constant time. Only a full tag counts: a truncated one is false, whatever its bytes. */
export const verifyMac = (hash: MacHash, key: Uint8Array, message: Uint8Array, tag: Uint8Array): boolean => {
  checkBytes('tag', tag);
  const expected = mac(hash, key, message);
  try {
    return tag.length === expected.length && timingSafeEqual(tag, expected);
  } finally {
    wipe(expected); // of a refused tag, this is the forgery the caller was after
  }
};
