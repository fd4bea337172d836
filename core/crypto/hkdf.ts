import { hkdfSync } from 'node:crypto';
import { checkBytes, checkWhole } from './bytes.ts';
import { digestLength } from './digest.ts';

/**
 * Extracts and expands a key.
 * Source: RFC 5869 §2.
 *
 * @param keyIn  any length; not modified
 * @param salt   public; may be empty
 * @param info   the purpose, at most 1024 bytes
 * @param length of the result in bytes, 1 to 255 digests (§2.3)
 * @returns fresh bytes; the caller owns and wipes them
 * @throws {RangeError} on a length out of range
 */
export const hkdf = (
  hash: 'sha256' | 'sha384' | 'sha512',
  keyIn: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  length: number,
): Buffer => {
  checkBytes('keyIn', keyIn);
  checkBytes('salt', salt);
  checkBytes('info', info);
  checkWhole('length', length, 1, 255 * digestLength[hash]);
  return Buffer.from(hkdfSync(hash, keyIn, salt, info, length)); // a view of the same memory, no copy
};
