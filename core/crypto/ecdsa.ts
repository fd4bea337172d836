import { type KeyObject, sign, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { checkBytes } from './bytes.ts';
import { digestLength, type MessageKind } from './digest.ts';
import { type EcCurve, publicPoint, requireEcKey, withScalar } from './ec-key.ts';

/** Who computes over digests. Bundles load a library when it is asked for (scripts/set-aside.ts). */
export const nobleOf = (curve: EcCurve) => (curve === 'secp256k1' ? secp256k1 : nistCurve(curve));

const nistCurve = (curve: Exclude<EcCurve, 'secp256k1'>) =>
  curve === 'P-256' ? p256 : curve === 'P-384' ? p384 : p521;

export interface EcdsaScheme {
  readonly curve: EcCurve;
  readonly hash: 'sha256' | 'sha384' | 'sha512';
}

// A digest is signed as it is; OpenSSL through node:crypto would hash it once more. `s` may lie in either half of the
// order, as FIPS 186-5 has it and AWS KMS does: the lower half is a rule of blockchains.
const overDigest = { prehash: false, lowS: false, format: 'der' } as const;

/** Asks OpenSSL to sign or verify a whole message; signatures are DER. */
export interface OpenSsl {
  sign(hash: string, message: Uint8Array, key: EcdsaKey): Buffer | Promise<Buffer>;
  verify(hash: string, message: Uint8Array, key: EcdsaKey, signature: Uint8Array): boolean | Promise<boolean>;
}
type EcdsaKey = { readonly key: KeyObject; readonly dsaEncoding: 'der' };

/** Takes the least time of a call by itself. */
export const inThisThread: OpenSsl = {
  sign: (...given) => sign(...given),
  verify: (...given) => verify(...given),
};

/** Takes the least time of others, who go on meanwhile. */
export const inThreadsOfNode: OpenSsl = { sign: promisify(sign), verify: promisify(verify) };

/**
 * Signs with ECDSA: FIPS 186-5 §6.4.1. Over a digest the nonce is that of RFC 6979, so equal digests give equal
 * signatures; over a message it is random, from OpenSSL.
 *
 * @param message the message, or its digest if `kind` says so
 * @returns DER of SEQUENCE { r, s } (RFC 3279 §2.2.3)
 * @throws {RangeError} on a digest whose length is not that of the hash, or another key than private on the curve
 */
export const signEcdsa = async (
  { curve, hash }: EcdsaScheme,
  privateKey: KeyObject,
  message: Uint8Array,
  kind: MessageKind,
  openSsl = inThisThread,
): Promise<Buffer> => {
  requireEcKey(privateKey, 'private', curve);
  checkBytes('message', message, kind === 'DIGEST' ? digestLength[hash] : undefined);
  if (kind === 'RAW') return openSsl.sign(hash, message, { key: privateKey, dsaEncoding: 'der' });
  return withScalar(privateKey, curve, (scalar) => Buffer.from(nobleOf(curve).sign(message, scalar, overDigest)));
};

/**
 * Verifies ECDSA: FIPS 186-5 §6.4.2. A signature over a message counts for its digest too, and the other way round.
 *
 * @returns false for a wrong signature, and for any encoding but the one DER has
 * @throws {RangeError} on a digest whose length is not that of the hash, or another key than public on the curve
 */
export const verifyEcdsa = async (
  { curve, hash }: EcdsaScheme,
  publicKey: KeyObject,
  message: Uint8Array,
  kind: MessageKind,
  signature: Uint8Array,
  openSsl = inThisThread,
): Promise<boolean> => {
  requireEcKey(publicKey, 'public', curve);
  checkBytes('message', message, kind === 'DIGEST' ? digestLength[hash] : undefined);
  checkBytes('signature', signature);
  if (kind === 'RAW') return openSsl.verify(hash, message, { key: publicKey, dsaEncoding: 'der' }, signature);
  return nobleOf(curve).verify(signature, message, publicPoint(publicKey), overDigest);
};
