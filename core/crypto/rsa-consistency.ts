import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign, verify } from 'node:crypto';
import { readSequence, readUnsigned, tags } from './der.ts';
import type { RsaModulusBits } from './rsa-key.ts';

/** RSAPrivateKey of two primes: version, n, e, d, p, q, d mod (p-1), d mod (q-1), 1/q mod p. RFC 8017 §A.1.2. */
const shape = Array.from({ length: 9 }, () => tags.integer);

/**
 * Loads an RSA private key of two primes whose parts belong together. OpenSSL loads any numbers whatever, and a key
 * with a wrong part would fail later, or give away a prime with its first signature.
 *
 * @param rsaPrivateKey DER (RFC 8017 §A.1.2), from anywhere
 * @returns undefined for other bytes, another size of modulus or count of primes, a public exponent under 3, or parts
 *   which do not fit
 */
export const loadConsistentRsa = (rsaPrivateKey: Buffer, modulusBits: RsaModulusBits): KeyObject | undefined => {
  const integers = readSequence(rsaPrivateKey, shape)?.map(toBigInt);
  if (integers === undefined || !fits(integers, BigInt(modulusBits))) return undefined;
  try {
    const key = createPrivateKey({ key: rsaPrivateKey, format: 'der', type: 'pkcs1' });
    return signsWhatItVerifies(key) ? key : undefined;
  } catch {
    return undefined;
  }
};

/** The equations of RFC 8017 §3.2. That p and q are primes is left to a signature, which fails if they are not. */
const fits = (
  [version = 1n, n = 0n, e = 0n, d = 0n, p = 0n, q = 0n, dP = 0n, dQ = 0n, qInv = 0n]: readonly bigint[],
  modulusBits: bigint,
): boolean =>
  version === 0n &&
  n >> (modulusBits - 1n) === 1n &&
  e >= 3n &&
  d < n &&
  p > 2n &&
  q > 2n &&
  n === p * q &&
  (e * d) % (p - 1n) === 1n &&
  (e * d) % (q - 1n) === 1n &&
  dP === d % (p - 1n) &&
  dQ === d % (q - 1n) &&
  qInv < p &&
  (qInv * q) % p === 1n;

/** FIPS 186-5 calls it the pairwise consistency test. */
const signsWhatItVerifies = (key: KeyObject): boolean => {
  const message = randomBytes(32);
  return verify('sha256', message, createPublicKey(key), sign('sha256', message, key));
};

/** The number in an INTEGER; -1 if it is negative or not in the fewest bytes. Not by way of text, which stays around. */
const toBigInt = (integer: Buffer): bigint =>
  readUnsigned(integer, integer.length)?.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n) ?? -1n;
