import { createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';
import { readEcPublicKey } from './ec-der.ts';
import { type EcCurve, requireEcKey } from './ec-key.ts';

/**
 * Agrees on a secret with the owner of another key: the ECC CDH primitive, SP 800-56A rev. 3 §5.7.1.2; the cofactor is
 * 1. A secret to derive keys from, and not itself a key.
 *
 * @param spki the other's SubjectPublicKeyInfo, from anywhere. OpenSSL alone would take explicit curve parameters, long
 *   forms of lengths and bytes after the end, so the form is judged before (`readEcPublicKey`)
 * @returns the x-coordinate, as long as the field, which the caller owns and wipes; undefined for anything but a public
 *   key of the same curve, named, with an uncompressed point on it
 * @throws {RangeError} on a key which is not private on that curve
 */
export const deriveSharedSecret = (privateKey: KeyObject, curve: EcCurve, spki: Buffer): Buffer | undefined => {
  requireEcKey(privateKey, 'private', curve);
  if (readEcPublicKey(curve, spki) === undefined) return undefined;
  try {
    // OpenSSL checks that the point is on the curve; that of infinity has no uncompressed form.
    const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    return diffieHellman({ privateKey, publicKey });
  } catch {
    return undefined;
  }
};
