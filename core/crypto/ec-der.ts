import { createECDH } from 'node:crypto';
import { checkBytes } from './bytes.ts';
import { der, readSequence, tags } from './der.ts';
import { curves, type EcCurve } from './ec-key.ts';
import { readPrivateKeyInfo } from './pkcs8.ts';

/** The curves of a key's file, SM2 among them, which takes no part in ECDSA. */
export type NamedCurve = EcCurve | 'SM2';

/**
 * What a curve is called, by OpenSSL and by its object identifier (RFC 5480 §2.1.1.1, SEC 2 §A, GB/T 33560), and the
 * length of its scalars and coordinates in bytes.
 */
const facts = {
  'P-256': { openssl: curves['P-256'].openssl, identifier: '2a8648ce3d030107', length: 32 },
  'P-384': { openssl: curves['P-384'].openssl, identifier: '2b81040022', length: 48 },
  'P-521': { openssl: curves['P-521'].openssl, identifier: '2b81040023', length: 66 },
  secp256k1: { openssl: curves.secp256k1.openssl, identifier: '2b8104000a', length: 32 },
  SM2: { openssl: 'SM2', identifier: '2a811ccf5501822d', length: 32 },
} as const satisfies Record<NamedCurve, { openssl: string; identifier: string; length: number }>;

const idEcPublicKey = Buffer.from('2a8648ce3d0201', 'hex');
const uncompressed = 4; // SEC 1 §2.3.3
const parameters = 0xa0; // the members of ECPrivateKey that may be missing
const publicKey = 0xa1;

const identifier = (curve: NamedCurve) => der(tags.objectIdentifier, Buffer.from(facts[curve].identifier, 'hex'));
const algorithm = (curve: NamedCurve) => [...der(tags.objectIdentifier, idEcPublicKey), ...identifier(curve)];
const bitString = (bytes: Uint8Array) => der(tags.bitString, Buffer.of(0), bytes);

/** The point that belongs to a scalar, uncompressed; undefined for a scalar not in 1 to n - 1. */
export const pointOf = (curve: NamedCurve, scalar: Uint8Array): Buffer | undefined => {
  const ecdh = createECDH(facts[curve].openssl);
  try {
    ecdh.setPrivateKey(scalar);
    return ecdh.getPublicKey();
  } catch {
    return undefined;
  }
};

/**
 * Writes a private key, with the public point which belongs to it, byte for byte as `generateEc` does.
 * Source: RFC 5958 §2 around RFC 5915 §3.
 *
 * @param scalar as long as the order of the curve
 * @returns PKCS#8 DER, which the caller owns and wipes; undefined for a scalar not in 1 to n - 1
 */
export const encodeEcPrivateKey = (curve: NamedCurve, scalar: Uint8Array): Buffer | undefined => {
  checkBytes('scalar', scalar, facts[curve].length);
  const point = pointOf(curve, scalar);
  if (point === undefined) return undefined;
  const ecPrivateKey = der(
    tags.sequence,
    der(tags.integer, Buffer.of(1)),
    der(tags.octetString, scalar),
    der(publicKey, bitString(point)),
  );
  const version = der(tags.integer, Buffer.of(0));
  return Buffer.concat(
    der(tags.sequence, version, der(tags.sequence, algorithm(curve)), der(tags.octetString, ecPrivateKey)),
  );
};

/**
 * The scalar of a private key. What the key says of its public point is left unread: the point follows from the scalar.
 *
 * @returns a view, as long as the order of the curve; undefined for another curve, explicit parameters, a scalar of
 *   another length, or anything but DER
 */
export const readEcPrivateKey = (curve: NamedCurve, pkcs8: Uint8Array): Buffer | undefined => {
  const info = readPrivateKeyInfo(pkcs8);
  if (info === undefined || !Buffer.concat(algorithm(curve)).equals(info.algorithm)) return undefined;
  const shapes = [[], [publicKey], [parameters], [parameters, publicKey]];
  const found = shapes.map((optional) => readSequence(info.privateKey, [tags.integer, tags.octetString, ...optional]));
  const withParameters = found[2] ?? found[3];
  const [version, scalar, named] = found.find((parts) => parts !== undefined) ?? [];
  if (!version?.equals(Buffer.of(1)) || scalar?.length !== facts[curve].length) return undefined;
  if (withParameters !== undefined && !named?.equals(Buffer.concat(identifier(curve)))) return undefined;
  return scalar;
};

/** Writes a public key: RFC 5480 §2. */
export const encodeEcPublicKey = (curve: NamedCurve, point: Uint8Array): Buffer =>
  Buffer.concat(der(tags.sequence, der(tags.sequence, algorithm(curve)), bitString(point)));

/**
 * The point of a public key: strictly DER, the curve by its name (RFC 5480 §2.1.1), the point uncompressed (§2.2). A
 * compressed point is refused: nothing of ours makes one, and each form accepted is one more to get wrong.
 *
 * @returns a view of 04 ‖ x ‖ y, which may or may not be on the curve; undefined for anything else
 */
export const readEcPublicKey = (curve: NamedCurve, spki: Uint8Array): Buffer | undefined => {
  const [head, bits] = readSequence(spki, [tags.sequence, tags.bitString]) ?? [];
  if (!head?.equals(Buffer.concat(algorithm(curve)))) return undefined;
  if (bits?.length !== 2 + 2 * facts[curve].length || bits[0] !== 0 || bits[1] !== uncompressed) return undefined;
  return bits.subarray(1);
};
