import { timingSafeEqual } from 'node:crypto';
import { checkBytes, wipe } from './bytes.ts';
import { der, readSequence, readUnsigned, tags } from './der.ts';
import { pointOf } from './ec-der.ts';
import {
  coordinatesOf,
  integer,
  length,
  numberOf,
  publicPointOf,
  randomScalar,
  readPoint,
  refuse,
  scalarOf,
  sm3,
} from './sm2-curve.ts';

const maxPlaintext = 1024; // that of AWS KMS

/**
 * Encrypts with SM2PKE: GB/T 32918.4 §6.1.
 *
 * @param spki      SubjectPublicKeyInfo, DER
 * @param plaintext 1 to 1024 bytes
 * @param newScalar makes the one random input, 32 bytes for 1 to n - 1, which are wiped
 * @returns DER of SEQUENCE { x, y, hash, ciphertext } (GM/T 0009 §7.2), the form of OpenSSL
 * @throws {RangeError} on another length, or another kind of key
 */
export const encryptSm2 = (spki: Buffer, plaintext: Uint8Array, newScalar = randomScalar): Buffer => {
  const point = readPoint(publicPointOf(spki)) ?? refuse('public');
  checkBytes('plaintext', plaintext);
  if (plaintext.length < 1 || plaintext.length > maxPlaintext) {
    throw new RangeError(`plaintext: expected 1 to ${maxPlaintext} bytes, got ${plaintext.length}`);
  }
  for (;;) {
    const scalar = newScalar();
    const ours = pointOf('SM2', scalar) ?? refuse('private');
    const shared = coordinatesOf(point.multiply(numberOf(scalar)));
    const mask = maskOf(shared, plaintext.length);
    try {
      if (isZero(mask)) continue; // step A5: one byte has such a mask once in 256 times
      const [x, y] = [ours.subarray(1, 1 + length), ours.subarray(1 + length)].map(numberOf);
      const hash = der(tags.octetString, hashOf(shared, plaintext));
      const masked = der(tags.octetString, xor(plaintext, mask));
      return Buffer.concat(der(tags.sequence, integer(x ?? 0n), integer(y ?? 0n), hash, masked));
    } finally {
      wipe(scalar, shared, mask);
    }
  }
};

/**
 * Decrypts SM2PKE: GB/T 32918.4 §7.1.
 *
 * @returns the plaintext, fresh bytes which the caller owns and wipes; undefined if the ciphertext is not one
 * @throws {RangeError} on another kind of key
 */
export const decryptSm2 = (pkcs8: Buffer, ciphertext: Uint8Array): Buffer | undefined => {
  const scalar = scalarOf(pkcs8);
  checkBytes('ciphertext', ciphertext);
  const shape = [tags.integer, tags.integer, tags.octetString, tags.octetString] as const;
  const [x, y, hash, masked] = readSequence(ciphertext, shape) ?? [];
  const coordinates = [x, y].map((each) => each && readUnsigned(each, length));
  const [left, right] = coordinates;
  if (left === undefined || right === undefined || hash?.length !== length || !masked?.length) return undefined;
  const point = readPoint(Buffer.concat([Buffer.of(4), left, right]));
  if (point === undefined) return undefined;
  const shared = coordinatesOf(point.multiply(numberOf(scalar)));
  const mask = maskOf(shared, masked.length);
  const plaintext = xor(masked, mask);
  try {
    // Step B4: a mask of nothing but zeros, which nobody who encrypts lets stand.
    const genuine = timingSafeEqual(hashOf(shared, plaintext), hash) && !isZero(mask);
    return genuine ? Buffer.from(plaintext) : undefined;
  } finally {
    wipe(shared, mask, plaintext);
  }
};

/** The bytes that mask a plaintext: GB/T 32918.4 §5.4.3, a 32-bit counter from 1 after what is shared. */
const maskOf = (shared: Buffer, size: number): Buffer => {
  const blocks = Array.from({ length: Math.ceil(size / length) }, (_, i) => sm3(shared, Buffer.of(0, 0, 0, i + 1)));
  const mask = Buffer.concat(blocks, size);
  wipe(...blocks);
  return mask;
};

/** C3: GB/T 32918.4 §6.1, step A7. */
const hashOf = (shared: Buffer, plaintext: Uint8Array): Buffer =>
  sm3(shared.subarray(0, length), plaintext, shared.subarray(length));

const xor = (bytes: Uint8Array, mask: Buffer): Buffer => Buffer.from(bytes.map((byte, i) => byte ^ (mask[i] ?? 0)));

const isZero = (bytes: Buffer): boolean => bytes.every((byte) => byte === 0);
