import { createHmac, createSecretKey } from 'node:crypto';
import { u32, utf8 } from '../model/length-prefixed.ts';
import { checkBytes, checkWhole, wipe } from './bytes.ts';
import { digestLength } from './digest.ts';

/** Our limit in bytes; that of the standard, 2^32 - 1 blocks, is far larger. */
const maxLength = 1024;

/**
 * Derives a sub-key in counter mode with HMAC-SHA-256.
 * Source: NIST SP 800-108r1 §4.1; 32-bit counter before the fixed data, length field of 32 bits, both big-endian.
 * Fixed data: Label ‖ 0x00 ‖ Context ‖ [L]_32, with L in bits.
 *
 * @param keyIn   32 bytes; not modified
 * @param label   the purpose, as UTF-8 if a string; unique per use, so that sub-keys never coincide
 * @param context bound into the result; may be empty
 * @param length  of the result in bytes, 1 to 1024
 * @returns fresh bytes; the caller owns and wipes them
 * @throws {RangeError} on a length out of range, or a label with a zero byte in it
 */
export const deriveKey = (
  keyIn: Uint8Array,
  label: string | Uint8Array,
  context: Uint8Array,
  length: number,
): Buffer => {
  checkBytes('keyIn', keyIn, 32);
  checkBytes('context', context);
  checkWhole('length', length, 1, maxLength);
  const purpose = typeof label === 'string' ? utf8(label) : label;
  checkBytes('label', purpose);
  // The zero byte ends the label: one inside it would let two pairs of label and context meet.
  if (purpose.includes(0)) throw new RangeError('label: expected no zero byte, got one');
  return counterMode('sha256', keyIn, Buffer.concat([purpose, Buffer.of(0), context, u32(length * 8)]), length);
};

/**
 * The construction under `deriveKey`, with HMAC as its PRF and fixed data of the caller's making.
 * Source: NIST SP 800-108r1 §4.1; K(i) = HMAC(keyIn, [i]_32 ‖ fixed data), counted from 1.
 *
 * @param keyIn  any length; not modified
 * @param length of the result in bytes, 1 to 1024
 * @returns fresh bytes; the caller owns and wipes them
 * @throws {RangeError} on a length out of range
 */
export const counterMode = (
  hash: 'sha256' | 'sha384' | 'sha512',
  keyIn: Uint8Array,
  fixedData: Uint8Array,
  length: number,
): Buffer => {
  checkBytes('keyIn', keyIn);
  checkBytes('fixedData', fixedData);
  checkWhole('length', length, 1, maxLength);
  const blockLength = digestLength[hash];
  const secret = createSecretKey(keyIn); // made once here, where Node would make it dearly for every block
  const result = Buffer.alloc(length);
  const counted = Buffer.concat([u32(0), fixedData]);
  for (let counter = 1, offset = 0; offset < length; counter += 1, offset += blockLength) {
    counted.writeUInt32BE(counter);
    const block = createHmac(hash, secret).update(counted).digest();
    block.copy(result, offset); // the last block is cut to fit
    wipe(block);
  }
  return result;
};
