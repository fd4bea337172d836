import { checkBytes } from './bytes.ts';
import { der, tags } from './der.ts';

/** A kind of key of FIPS 203 or 204, which is made from a seed; lengths in bytes. */
export interface SeedKeyKind {
  /** As FIPS calls it. */
  readonly name: string;
  /** What follows 2.16.840.1.101.3.4 in its object identifier. */
  readonly arcs: readonly [number, number];
  readonly seedLength: number;
  readonly publicKeyLength: number;
}

/** 2.16.840.1.101.3.4, nistAlgorithms. */
const nistAlgorithms = Buffer.from('60864801650304', 'hex');

const algorithm = ({ arcs }: SeedKeyKind) =>
  der(tags.sequence, der(tags.objectIdentifier, nistAlgorithms, Buffer.from(arcs)));

/** PrivateKeyInfo that holds the seed and nothing else, which is the choice `[0] seed`. */
const privateKeyInfo = (kind: SeedKeyKind, seed: Uint8Array): Buffer => {
  const privateKey = der(tags.octetString, der(0x80, seed));
  return Buffer.concat(der(tags.sequence, der(tags.integer, Buffer.of(0)), algorithm(kind), privateKey));
};

/**
 * Writes a private key as its seed.
 * Source: RFC 9881 §6 for ML-DSA, RFC 9935 §6 for ML-KEM.
 *
 * @returns PKCS#8 DER, 22 bytes longer than the seed; the caller owns and wipes it
 * @throws {RangeError} on a seed of another length
 */
export const encodeSeed = (kind: SeedKeyKind, seed: Uint8Array): Buffer => {
  checkBytes('seed', seed, kind.seedLength);
  return privateKeyInfo(kind, seed);
};

/**
 * The seed in what `encodeSeed` wrote, as a view.
 *
 * @throws {RangeError} on any other bytes: our mistake, since the key spec decides who gets here
 */
export const seedOf = (kind: SeedKeyKind, pkcs8: Uint8Array): Uint8Array =>
  afterHead(kind, 'private', privateKeyInfo(kind, Buffer.alloc(kind.seedLength)), kind.seedLength, pkcs8);

/** Writes a public key as SubjectPublicKeyInfo. Source: RFC 9881 §4 for ML-DSA, RFC 9935 §4 for ML-KEM. */
export const encodePublicKey = (kind: SeedKeyKind, publicKey: Uint8Array): Buffer => {
  checkBytes('publicKey', publicKey, kind.publicKeyLength);
  return Buffer.concat(der(tags.sequence, algorithm(kind), der(tags.bitString, Buffer.of(0), publicKey)));
};

/**
 * The public key in what `encodePublicKey` wrote, as a view.
 *
 * @throws {RangeError} on any other bytes
 */
export const publicKeyOf = (kind: SeedKeyKind, spki: Uint8Array): Uint8Array =>
  afterHead(kind, 'public', encodePublicKey(kind, Buffer.alloc(kind.publicKeyLength)), kind.publicKeyLength, spki);

/** What `bytes` end with, if their beginning is that of `sample`. */
const afterHead = (
  { name }: SeedKeyKind,
  type: string,
  sample: Buffer,
  length: number,
  bytes: Uint8Array,
): Uint8Array => {
  checkBytes(`${type} key`, bytes);
  if (!sample.subarray(0, -length).equals(bytes.subarray(0, -length))) {
    throw new RangeError(`${type} key: expected one of ${name}, got other bytes`);
  }
  return bytes.subarray(-length);
};
