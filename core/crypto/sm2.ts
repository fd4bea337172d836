import { generateKeyPairSync } from 'node:crypto';
import { sm2 } from 'sm-crypto-v2';
import { checkBytes, wipe } from './bytes.ts';
import { readSequence, readUnsigned, tags } from './der.ts';
import type { MessageKind } from './digest.ts';
import { encodeEcPublicKey, pointOf, readEcPrivateKey, readEcPublicKey } from './ec-der.ts';

// OpenSSL has SM2, but through node:crypto it signs with an empty identity only, and neither encrypts nor agrees on a
// secret with a key that was loaded. So it makes the keys, and sm-crypto-v2 uses them. Keys are DER, since the KeyObject
// of such a key knows nothing about itself. The library takes scalars as text, which cannot be wiped: this is the one
// place where a private key becomes a string.

const length = 32; // of scalars, coordinates and digests
const maxPlaintext = 1024; // that of AWS KMS
const identity = '1234567812345678'; // that of AWS KMS, and of GM/T 0009 §10

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
  const scalar = scalarOf(pkcs8).toString('hex');
  checkBytes('message', message, kind === 'DIGEST' ? length : undefined);
  const preamble = kind === 'RAW' && { hash: true, userId: identity, publicKey: publicPointOf(sm2PublicKey(pkcs8)) };
  return Buffer.from(sm2.doSignature(message, scalar, { ...preamble, der: true }), 'hex');
};

/**
 * Verifies SM2DSA: GB/T 32918.2 §7.1.
 *
 * @param spki SubjectPublicKeyInfo, DER
 * @returns false for a wrong signature, and for any encoding but the one DER has
 * @throws {RangeError} on a digest that is not 32 bytes long, or another kind of key
 */
export const verifySm2 = (spki: Buffer, message: Uint8Array, kind: MessageKind, signature: Uint8Array): boolean => {
  const point = publicPointOf(spki);
  checkBytes('message', message, kind === 'DIGEST' ? length : undefined);
  checkBytes('signature', signature);
  const [r, s] = readSequence(signature, [tags.integer, tags.integer])?.map(asNumber) ?? [];
  if (r === undefined || s === undefined || r.every((byte) => byte === 0)) return false; // s is the library's to judge
  const preamble = kind === 'RAW' && { hash: true, userId: identity };
  try {
    return sm2.doVerifySignature(message, Buffer.concat([r, s]).toString('hex'), point, { ...preamble, der: false });
  } catch {
    return false;
  }
};

/**
 * Encrypts with SM2PKE: GB/T 32918.4 §6.1.
 *
 * @param spki      SubjectPublicKeyInfo, DER
 * @param plaintext 1 to 1024 bytes
 * @returns DER of SEQUENCE { x, y, hash, ciphertext } (GM/T 0009 §7.2), the form of OpenSSL
 * @throws {RangeError} on another length, or another kind of key
 */
export const encryptSm2 = (spki: Buffer, plaintext: Uint8Array): Buffer => {
  const point = publicPointOf(spki);
  checkBytes('plaintext', plaintext);
  if (plaintext.length < 1 || plaintext.length > maxPlaintext) {
    throw new RangeError(`plaintext: expected 1 to ${maxPlaintext} bytes, got ${plaintext.length}`);
  }
  for (;;) {
    const sealed = Buffer.from(sm2.doEncrypt(plaintext, point, c1c3c2, { asn1: true }), 'hex');
    // Step A5, which the library leaves out: a mask of nothing but zeros is made anew. One byte has it once in 256 times.
    if (!readCiphertext(sealed)?.masked.equals(plaintext)) return sealed;
  }
};

/**
 * Decrypts SM2PKE: GB/T 32918.4 §7.1.
 *
 * @returns the plaintext, fresh bytes which the caller owns and wipes; undefined if the ciphertext is not one
 * @throws {RangeError} on another kind of key
 */
export const decryptSm2 = (pkcs8: Buffer, ciphertext: Uint8Array): Buffer | undefined => {
  const scalar = scalarOf(pkcs8).toString('hex');
  checkBytes('ciphertext', ciphertext);
  const parts = readCiphertext(ciphertext);
  if (parts === undefined) return undefined;
  try {
    // Not the library's own form of ASN.1, in which it would take points that are not on the curve.
    const found = sm2.doDecrypt(parts.plain.toString('hex'), scalar, c1c3c2, { output: 'array' });
    const plaintext = Buffer.from(found); // no bytes at all, if the hash is wrong
    wipe(found);
    if (plaintext.length === parts.masked.length && !plaintext.equals(parts.masked)) return plaintext;
    wipe(plaintext); // step B4: the mask was nothing but zeros
    return undefined;
  } catch {
    return undefined;
  }
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
  const point = readEcPublicKey('SM2', spki);
  if (point === undefined) return undefined;
  try {
    const shared = sm2.ecdh(scalar, point, false); // 04 ‖ x ‖ y; throws if the point is not on the curve
    const x = Buffer.from(shared.subarray(1, 1 + length));
    wipe(shared);
    return x;
  } catch {
    return undefined;
  }
};

const c1c3c2 = 1;

/** The parts of a ciphertext, joined without ASN.1 as the library takes them, and the masked plaintext among them. */
const readCiphertext = (ciphertext: Uint8Array): { readonly plain: Buffer; readonly masked: Buffer } | undefined => {
  const shape = [tags.integer, tags.integer, tags.octetString, tags.octetString] as const;
  const [x, y, hash, masked] = readSequence(ciphertext, shape) ?? [];
  const coordinates = [x, y].map((integer) => integer && asNumber(integer));
  if (coordinates[0] === undefined || coordinates[1] === undefined || hash?.length !== length) return undefined;
  if (masked === undefined) return undefined;
  return { plain: Buffer.concat([coordinates[0], coordinates[1], hash, masked]), masked };
};

const asNumber = (integer: Uint8Array): Buffer | undefined => readUnsigned(integer, length);

const scalarOf = (pkcs8: Buffer): Buffer => readEcPrivateKey('SM2', pkcs8) ?? refuse('private');

/** The point of a public key, as text. */
const publicPointOf = (spki: Buffer): string => (readEcPublicKey('SM2', spki) ?? refuse('public')).toString('hex');

const refuse = (type: string): never => {
  throw new RangeError(`${type} key: expected one of SM2, got other bytes`);
};
