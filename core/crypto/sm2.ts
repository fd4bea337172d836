import { generateKeyPairSync } from 'node:crypto';
import { checkBytes, wipe } from './bytes.ts';
import { der, readSequence, readUnsigned, tags } from './der.ts';
import type { MessageKind } from './digest.ts';
import { encodeEcPublicKey, pointOf, readEcPublicKey } from './ec-der.ts';
import {
  coordinatesOf,
  integer,
  length,
  numberOf,
  order,
  Point,
  publicPointOf,
  randomScalar,
  readPoint,
  refuse,
  scalarOf,
  scalars,
  signerHash,
  sm3,
  xOf,
} from './sm2-curve.ts';

// OpenSSL has SM2, but through node:crypto it signs with an empty identity only, and does not encrypt. So it makes the
// keys and what of the curve it can, and the rest is here, over the arithmetic of @noble/curves. Keys are DER, since the
// KeyObject of such a key knows nothing about itself.

/**
 * Makes a key pair on the curve of GB/T 32918.5 §A.2. Takes well under a millisecond, so the thread may wait.
 *
 * @returns PKCS#8 DER which names its curve; the caller owns and wipes it
 */
export const generateSm2 = (): Buffer =>
  generateKeyPairSync('ec', {
    namedCurve: 'SM2',
    paramEncoding: 'named',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  }).privateKey;

/**
 * The public half of what `generateSm2` made.
 *
 * @returns SubjectPublicKeyInfo, DER
 * @throws {RangeError} on any other bytes
 */
export const sm2PublicKey = (pkcs8: Buffer): Buffer =>
  encodeEcPublicKey('SM2', pointOf('SM2', scalarOf(pkcs8)) ?? refuse('private'));

/**
 * Signs with SM2DSA and SM3: GB/T 32918.2 §6.1. The message is hashed together with the signer's public key and the
 * identity 1234567812345678; a digest has to be that hash already, made with any identity.
 *
 * @returns DER of SEQUENCE { r, s } (GM/T 0009 §7.3)
 * @throws {RangeError} on a digest that is not 32 bytes long, or another kind of key
 */
export const signSm2 = (pkcs8: Buffer, message: Uint8Array, kind: MessageKind): Buffer => {
  const scalar = scalarOf(pkcs8);
  checkBytes('message', message, kind === 'DIGEST' ? length : undefined);
  const d = numberOf(scalar);
  const e = numberOf(
    kind === 'DIGEST' ? message : sm3(signerHash(pointOf('SM2', scalar) ?? refuse('private')), message),
  );
  for (;;) {
    const nonce = randomScalar();
    const [k, x] = [numberOf(nonce), xOf(nonce)];
    wipe(nonce);
    const r = scalars.create(e + x);
    const s = scalars.mul(scalars.inv(scalars.create(d + 1n)), scalars.create(k - r * d));
    if (r !== 0n && r + k !== order && s !== 0n) return Buffer.concat(der(tags.sequence, integer(r), integer(s)));
  }
};

/**
 * Verifies SM2DSA: GB/T 32918.2 §7.1.
 *
 * @param spki SubjectPublicKeyInfo, DER
 * @returns false for a wrong signature, and for any encoding but the one DER has
 * @throws {RangeError} on a digest that is not 32 bytes long, or another kind of key
 */
export const verifySm2 = (spki: Buffer, message: Uint8Array, kind: MessageKind, signature: Uint8Array): boolean => {
  const bytes = publicPointOf(spki);
  checkBytes('message', message, kind === 'DIGEST' ? length : undefined);
  checkBytes('signature', signature);
  const [r, s] = readSequence(signature, [tags.integer, tags.integer])?.map(readNumber) ?? [];
  const point = readPoint(bytes);
  if (!isScalar(r) || !isScalar(s) || point === undefined) return false;
  const t = scalars.create(r + s);
  if (t === 0n) return false;
  const sum = Point.BASE.multiplyUnsafe(s).add(point.multiplyUnsafe(t)); // nothing of this is secret
  if (sum.is0()) return false;
  const e = numberOf(kind === 'DIGEST' ? message : sm3(signerHash(bytes), message));
  return scalars.create(e + sum.toAffine().x) === r;
};

/**
 * Agrees on a secret with the owner of another key: the ECC CDH primitive, SP 800-56A rev. 3 §5.7.1.2, on the curve of
 * SM2 (and not the key exchange of GB/T 32918.3, which needs a further key of each side).
 *
 * @param spki the other's SubjectPublicKeyInfo, from anywhere
 * @returns the x-coordinate, 32 bytes, which the caller owns and wipes; undefined for anything but a public key of the
 *   curve, named, with an uncompressed point on it
 * @throws {RangeError} on another kind of key
 */
export const deriveSm2SharedSecret = (pkcs8: Buffer, spki: Uint8Array): Buffer | undefined => {
  const scalar = scalarOf(pkcs8);
  const bytes = readEcPublicKey('SM2', spki);
  const point = bytes && readPoint(bytes);
  if (point === undefined) return undefined;
  const shared = coordinatesOf(point.multiply(numberOf(scalar)));
  const x = Buffer.from(shared.subarray(0, length));
  wipe(shared);
  return x;
};

const isScalar = (number: bigint | undefined): number is bigint =>
  number !== undefined && number > 0n && number < order;

const readNumber = (contents: Uint8Array): bigint | undefined => {
  const bytes = readUnsigned(contents, length);
  return bytes && numberOf(bytes);
};
