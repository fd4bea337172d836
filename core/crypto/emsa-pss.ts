import { u32 } from '../model/length-prefixed.ts';
import { checkBytes } from './bytes.ts';
import { digest, digestLength } from './digest.ts';

/** PSS as AWS KMS signs: MGF1 with the hash of the message, and a salt as long as its digest. */
export type PssHash = 'sha256' | 'sha384' | 'sha512';

/**
 * Pads a digest for RSASSA-PSS.
 * Source: RFC 8017 §9.1.1, from step 4 on, with its names.
 *
 * @param mHash  the digest of the message
 * @param salt   random, as long as the digest
 * @param emBits bits of the modulus less one
 * @returns ceil(emBits / 8) bytes
 * @throws {RangeError} on lengths that do not match the hash, or a modulus too small for it
 */
export const encodeEmsaPss = (hash: PssHash, mHash: Uint8Array, salt: Uint8Array, emBits: number): Buffer => {
  const { hLen, dbLen, topBits } = sizes(hash, emBits);
  checkBytes('mHash', mHash, hLen);
  checkBytes('salt', salt, hLen);
  const paddingLength = dbLen - hLen - 1;
  if (paddingLength < 0) throw new RangeError(`emBits: expected more for ${hash}, got ${emBits}`); // step 3
  const H = digest(hash, Buffer.alloc(8), mHash, salt);
  const DB = Buffer.concat([Buffer.alloc(paddingLength), Buffer.of(1), salt]);
  const maskedDB = clearTop(xor(DB, mgf1(hash, H, dbLen)), topBits);
  return Buffer.concat([maskedDB, H, Buffer.of(0xbc)]);
};

/**
 * Whether `EM` is a digest padded for RSASSA-PSS, with a salt as long as the digest and no other.
 * Source: RFC 8017 §9.1.2, from step 3 on. Nothing here is secret, so plain comparisons do.
 *
 * @param mHash the digest of the message
 * @param EM    ceil(emBits / 8) bytes, from the signature
 * @throws {RangeError} on a digest that does not match the hash
 */
export const verifyEmsaPss = (hash: PssHash, mHash: Uint8Array, EM: Uint8Array, emBits: number): boolean => {
  const { hLen, emLen, dbLen, topBits } = sizes(hash, emBits);
  checkBytes('mHash', mHash, hLen);
  const paddingLength = dbLen - hLen - 1;
  if (paddingLength < 0 || EM.length !== emLen || EM.at(-1) !== 0xbc) return false; // steps 3 and 4
  const maskedDB = Buffer.from(EM.subarray(0, dbLen));
  const H = EM.subarray(dbLen, -1);
  if (!clearTop(Buffer.from(maskedDB), topBits).equals(maskedDB)) return false; // step 6
  const DB = clearTop(xor(maskedDB, mgf1(hash, H, dbLen)), topBits);
  const expected = Buffer.concat([Buffer.alloc(paddingLength), Buffer.of(1)]);
  if (!DB.subarray(0, paddingLength + 1).equals(expected)) return false; // step 10
  const salt = DB.subarray(paddingLength + 1);
  return digest(hash, Buffer.alloc(8), mHash, salt).equals(H);
};

const sizes = (hash: PssHash, emBits: number) => {
  const hLen = digestLength[hash];
  const emLen = Math.ceil(emBits / 8);
  return { hLen, emLen, dbLen: emLen - hLen - 1, topBits: 8 * emLen - emBits };
};

/** The mask of `length` bytes grown from a seed. RFC 8017 §B.2.1. */
const mgf1 = (hash: PssHash, seed: Uint8Array, length: number): Buffer => {
  const blocks = Array.from({ length: Math.ceil(length / digestLength[hash]) }, (_, i) => digest(hash, seed, u32(i)));
  return Buffer.concat(blocks, length);
};

const xor = (a: Buffer, b: Buffer): Buffer => Buffer.from(a.map((byte, i) => byte ^ b.readUInt8(i)));

/** Sets the leftmost `bits` (0 to 7) to zero, in place. */
const clearTop = (bytes: Buffer, bits: number): Buffer => {
  bytes.writeUInt8(bytes.readUInt8(0) & (0xff >> bits));
  return bytes;
};
