import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { wipe } from './bytes.ts';

/** What a curve is called by OpenSSL, and the length of its scalars in bytes. */
export const curves = {
  'P-256': { openssl: 'prime256v1', scalarLength: 32 },
  'P-384': { openssl: 'secp384r1', scalarLength: 48 },
  'P-521': { openssl: 'secp521r1', scalarLength: 66 },
  secp256k1: { openssl: 'secp256k1', scalarLength: 32 },
} as const;

export type EcCurve = keyof typeof curves;

/**
 * Makes a key pair (FIPS 186-5 §A.2). Takes well under a millisecond, so the thread may wait.
 *
 * @returns PKCS#8 DER which names its curve; the caller owns and wipes it
 */
export const generateEc = (curve: EcCurve): Buffer =>
  generateKeyPairSync('ec', {
    namedCurve: curves[curve].openssl,
    paramEncoding: 'named',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  }).privateKey;

/**
 * Guards against a key of another kind or curve.
 *
 * @throws {RangeError} on such a key: our mistake, since the key spec decides who gets here
 */
export const requireEcKey = (key: KeyObject, type: 'public' | 'private', curve: EcCurve): void => {
  const namedCurve = key.asymmetricKeyDetails?.namedCurve;
  if (key.type !== type || key.asymmetricKeyType !== 'ec' || namedCurve !== curves[curve].openssl) {
    throw new RangeError(`key: expected ${type} on ${curve}, got ${key.type} ${key.asymmetricKeyType} ${namedCurve}`);
  }
};

/** The point of a public key, uncompressed (SEC 1 §2.3.3). The coordinates go through strings: they are public. */
export const publicPoint = (publicKey: KeyObject): Buffer => {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  return Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
};

/**
 * Lends the private scalar, big-endian, as long as the order of the curve, and wipes it afterwards.
 * It is cut from the DER of ECPrivateKey (RFC 5915 §3), not taken from a JWK: that is made of strings, which cannot
 * be wiped. The bigints noble makes of it cannot be either; they are gone with the next garbage collection.
 */
export const withScalar = <Result>(
  privateKey: KeyObject,
  curve: EcCurve,
  use: (scalar: Uint8Array) => Result,
): Result => {
  const der = privateKey.export({ type: 'sec1', format: 'der' });
  try {
    const { scalarLength } = curves[curve];
    const lengthByte = der.readUInt8(1);
    const start = lengthByte < 0x80 ? 2 : 2 + (lengthByte & 0x7f); // past the head of the SEQUENCE
    const before = Buffer.of(0x02, 1, 1, 0x04, scalarLength); // version 1, head of the OCTET STRING
    const scalarAt = start + before.length;
    if (!der.subarray(start, scalarAt).equals(before))
      throw new Error('ECPrivateKey is not of the form OpenSSL writes');
    return use(der.subarray(scalarAt, scalarAt + scalarLength));
  } finally {
    wipe(der);
  }
};
