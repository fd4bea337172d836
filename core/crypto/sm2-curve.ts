import { createHash, randomBytes } from 'node:crypto';
import { Field } from '@noble/curves/abstract/modular.js';
import { type WeierstrassPoint, weierstrass } from '@noble/curves/abstract/weierstrass.js';
import { der, tags } from './der.ts';
import { pointOf, readEcPrivateKey, readEcPublicKey } from './ec-der.ts';

/** The curve that SM2 recommends: GB/T 32918.5 §A.1. */
const curve = {
  p: 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn,
  a: 0xfffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffcn,
  b: 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n,
  Gx: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  Gy: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
  n: 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n,
  h: 1n,
};

export const Point = weierstrass(curve);

/** Numbers modulo the order of the curve. */
export const scalars = Field(curve.n);

export const order = curve.n;

/** Of scalars, coordinates and digests, in bytes. */
export const length = 32;

/** 32 bytes, big-endian, as a number, without a text on the way: it can be a secret. */
export const numberOf = (bytes: Uint8Array): bigint => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  return [0, 8, 16, 24].reduce((number, at) => (number << 64n) | view.getBigUint64(at), 0n);
};

/** The number in 32 bytes, big-endian. */
export const bytesOf = (number: bigint): Buffer => {
  const bytes = Buffer.alloc(length);
  for (const [index, shift] of [192n, 128n, 64n, 0n].entries()) {
    bytes.writeBigUInt64BE((number >> shift) & 0xffff_ffff_ffff_ffffn, index * 8);
  }
  return bytes;
};

/** A fresh scalar in 1 to n - 1, each as likely as any other: GB/T 32918.1 §6.1. The caller wipes it. */
export const randomScalar = (): Buffer => {
  for (;;) {
    const bytes = randomBytes(length);
    const number = numberOf(bytes);
    if (number > 0n && number < order) return bytes;
  }
};

/** The x-coordinate of a scalar times the base point, from OpenSSL. */
export const xOf = (scalar: Buffer): bigint => {
  const point = pointOf('SM2', scalar);
  if (point === undefined) throw new RangeError('scalar: expected 1 to n - 1');
  return numberOf(point.subarray(1));
};

/** A point from 04 ‖ x ‖ y; undefined when it is not on the curve. */
export const readPoint = (bytes: Buffer): WeierstrassPoint<bigint> | undefined => {
  try {
    const point = Point.fromAffine({ x: numberOf(bytes.subarray(1)), y: numberOf(bytes.subarray(1 + length)) });
    point.assertValidity();
    return point;
  } catch {
    return undefined;
  }
};

/** x ‖ y of a point other than that of infinity. */
export const coordinatesOf = (point: WeierstrassPoint<bigint>): Buffer => {
  const { x, y } = point.toAffine();
  return Buffer.concat([bytesOf(x), bytesOf(y)]);
};

/** SM3: GB/T 32905. */
export const sm3 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sm3');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

const [a, b, Gx, Gy] = [curve.a, curve.b, curve.Gx, curve.Gy].map(bytesOf);
const identity = Buffer.from('1234567812345678'); // that of AWS KMS, and of GM/T 0009 §10
const identityBits = Buffer.of(0, identity.length * 8);

/**
 * What stands before a message that is signed: the hash of the signer's identity, the curve and the public key.
 * GB/T 32918.2 §5.5.
 *
 * @param point 04 ‖ x ‖ y
 */
export const signerHash = (point: Buffer): Buffer =>
  sm3(identityBits, identity, ...[a, b, Gx, Gy].map((each) => each ?? Buffer.alloc(0)), point.subarray(1));

/** A number of 256 bits in the fewest bytes: X.690 §8.3. */
export const integer = (number: bigint) => {
  const bytes = bytesOf(number);
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = bytes.subarray(first === -1 ? length - 1 : first);
  return der(tags.integer, (digits[0] ?? 0) < 0x80 ? Buffer.of() : Buffer.of(0), digits);
};

/** The scalar of a private key. @throws {RangeError} on any other bytes */
export const scalarOf = (pkcs8: Buffer): Buffer => readEcPrivateKey('SM2', pkcs8) ?? refuse('private');

/** 04 ‖ x ‖ y of a public key. */
export const publicPointOf = (spki: Buffer): Buffer => readEcPublicKey('SM2', spki) ?? refuse('public');

export const refuse = (type: string): never => {
  throw new RangeError(`${type} key: expected one of SM2, got other bytes`);
};
