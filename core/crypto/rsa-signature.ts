import { constants, type KeyObject, privateEncrypt, publicDecrypt, randomBytes, sign, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { checkBytes } from './bytes.ts';
import { digestLength, type MessageKind } from './digest.ts';
import { encodeEmsaPss, type PssHash, verifyEmsaPss } from './emsa-pss.ts';
import { modulusBitsOf } from './rsa-key.ts';

/** PSS with MGF1 of the same hash and a salt as long as the digest, or PKCS #1 v1.5. */
export interface RsaSignatureScheme {
  readonly scheme: 'pss' | 'pkcs1';
  readonly hash: PssHash;
}

const signAside = promisify(sign);

/**
 * Signs with RSASSA-PSS (RFC 8017 §8.1.1) or RSASSA-PKCS1-v1_5 (§8.2.1).
 * OpenSSL takes whole messages, and signs them off this thread; what it would do with a digest is to hash it again, so
 * digests are padded here.
 *
 * @param message the message, or its digest if `kind` says so
 * @returns as many bytes as the modulus has
 * @throws {RangeError} on a digest whose length is not that of the hash, or a key which is not RSA private
 */
export const signRsa = async (
  { scheme, hash }: RsaSignatureScheme,
  privateKey: KeyObject,
  message: Uint8Array,
  kind: MessageKind,
): Promise<Buffer> => {
  const modulusBits = modulusBitsOf(privateKey, 'private');
  checkBytes('message', message, kind === 'DIGEST' ? digestLength[hash] : undefined);
  if (kind === 'RAW') return signAside(hash, message, { key: privateKey, ...nativeOptions[scheme] });
  return privateEncrypt(
    { key: privateKey, padding: constants.RSA_NO_PADDING },
    pad[scheme](hash, message, modulusBits),
  );
};

/**
 * Verifies what `signRsa` or any other signer made: RFC 8017 §8.1.2 and §8.2.2. A signature over a message counts
 * for its digest too, and the other way round.
 *
 * @returns false for a wrong signature, whatever is wrong with it
 * @throws {RangeError} on a digest whose length is not that of the hash, or a key which is not RSA public
 */
export const verifyRsa = (
  { scheme, hash }: RsaSignatureScheme,
  publicKey: KeyObject,
  message: Uint8Array,
  kind: MessageKind,
  signature: Uint8Array,
): boolean => {
  const modulusBits = modulusBitsOf(publicKey, 'public');
  checkBytes('message', message, kind === 'DIGEST' ? digestLength[hash] : undefined);
  checkBytes('signature', signature);
  if (signature.length !== Math.ceil(modulusBits / 8)) return false;
  if (kind === 'RAW') return verify(hash, message, { key: publicKey, ...nativeOptions[scheme] }, signature);
  const encoded = applyPublicKey(publicKey, signature);
  return encoded !== undefined && matches[scheme](hash, message, encoded, modulusBits);
};

const nativeOptions = {
  pss: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
  pkcs1: { padding: constants.RSA_PKCS1_PADDING },
} as const;

/** RSAVP1, RFC 8017 §5.2.2; undefined if the signature is not below the modulus. */
const applyPublicKey = (key: KeyObject, signature: Uint8Array): Buffer | undefined => {
  try {
    return publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, signature);
  } catch {
    return undefined;
  }
};

// How a digest is made as long as the modulus, and how that is judged. In both the modulus may be one bit longer than
// a whole number of bytes; the encoded message of PSS is then a byte shorter, with a zero before it.
const pad = {
  pss: (hash: PssHash, message: Uint8Array, modulusBits: number): Buffer => {
    const EM = encodeEmsaPss(hash, message, randomBytes(digestLength[hash]), modulusBits - 1);
    return Buffer.concat([Buffer.alloc(Math.ceil(modulusBits / 8) - EM.length), EM]);
  },
  /** EMSA-PKCS1-v1_5, RFC 8017 §9.2: 00 01 FF…FF 00 DigestInfo. */
  pkcs1: (hash: PssHash, message: Uint8Array, modulusBits: number): Buffer => {
    const T = Buffer.concat([Buffer.from(digestInfoPrefix[hash], 'hex'), message]);
    const PS = Buffer.alloc(Math.ceil(modulusBits / 8) - T.length - 3, 0xff);
    return Buffer.concat([Buffer.of(0, 1), PS, Buffer.of(0), T]);
  },
} as const;

const matches = {
  pss: (hash: PssHash, message: Uint8Array, encoded: Buffer, modulusBits: number): boolean => {
    const before = encoded.length - Math.ceil((modulusBits - 1) / 8);
    return (
      encoded.subarray(0, before).every((byte) => byte === 0) &&
      verifyEmsaPss(hash, message, encoded.subarray(before), modulusBits - 1)
    );
  },
  // Encoded anew and compared whole (§8.2.2 step 4): parsing the padding is what Bleichenbacher's forgery lives on.
  pkcs1: (hash: PssHash, message: Uint8Array, encoded: Buffer, modulusBits: number): boolean =>
    pad.pkcs1(hash, message, modulusBits).equals(encoded),
} as const;

/** DER of DigestInfo up to the digest. RFC 8017 §9.2, note 1. */
const digestInfoPrefix = {
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
} as const;
