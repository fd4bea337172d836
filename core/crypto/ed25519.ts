import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { ed25519ph } from '@noble/curves/ed25519.js';
import { checkBytes, wipe } from './bytes.ts';

/** Ed25519 takes the message itself, Ed25519ph one that it hashes with SHA-512 first. RFC 8032 §5.1. */
export type Ed25519Scheme = 'ed25519' | 'ed25519ph';

const keyLength = 32;
const signatureLength = 64;
/** AWS KMS takes a digest for Ed25519ph, and hashes it once more all the same. */
const digestLength = 64;

/**
 * Makes a key pair (RFC 8032 §5.1.5). Takes well under a millisecond, so the thread may wait.
 *
 * @returns PKCS#8 DER (RFC 8410 §7), 48 bytes; the caller owns and wipes it
 */
export const generateEd25519 = (): Buffer =>
  generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  }).privateKey;

/**
 * Signs with Ed25519, or with Ed25519ph and an empty context: RFC 8032 §5.1.6. Equal input gives equal signatures.
 *
 * @param message any length; for Ed25519ph 64 bytes, which are hashed again
 * @returns R ‖ S, 64 bytes
 * @throws {RangeError} on another length, or a key which is not Ed25519 private
 */
export const signEd25519 = (scheme: Ed25519Scheme, privateKey: KeyObject, message: Uint8Array): Buffer => {
  checkArguments(scheme, privateKey, 'private', message);
  if (scheme === 'ed25519') return sign(null, message, privateKey);
  const der = privateKey.export({ type: 'pkcs8', format: 'der' });
  try {
    return Buffer.from(ed25519ph.sign(message, der.subarray(-keyLength))); // the seed is what PKCS#8 ends with
  } finally {
    wipe(der);
  }
};

/**
 * Verifies what `signEd25519` or any other signer made: RFC 8032 §5.1.7. Points and S count only in the one encoding
 * the standard has, so a signature cannot be changed into another.
 *
 * @returns false for a wrong signature, whatever is wrong with it
 * @throws {RangeError} on a message of another length, or a key which is not Ed25519 public
 */
export const verifyEd25519 = (
  scheme: Ed25519Scheme,
  publicKey: KeyObject,
  message: Uint8Array,
  signature: Uint8Array,
): boolean => {
  checkArguments(scheme, publicKey, 'public', message);
  checkBytes('signature', signature);
  if (signature.length !== signatureLength) return false;
  if (scheme === 'ed25519') return verify(null, message, publicKey, signature);
  const point = publicKey.export({ type: 'spki', format: 'der' }).subarray(-keyLength);
  return ed25519ph.verify(signature, message, point, { zip215: false });
};

const checkArguments = (scheme: Ed25519Scheme, key: KeyObject, type: string, message: Uint8Array): void => {
  if (key.type !== type || key.asymmetricKeyType !== 'ed25519') {
    throw new RangeError(`key: expected ed25519 ${type}, got ${key.asymmetricKeyType} ${key.type}`);
  }
  checkBytes('message', message, scheme === 'ed25519ph' ? digestLength : undefined);
};
