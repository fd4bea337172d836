import { constants, type KeyObject, privateDecrypt, publicEncrypt } from 'node:crypto';
import { checkBytes } from './bytes.ts';
import { digestLength } from './digest.ts';
import { modulusBitsOf } from './rsa-key.ts';

/** The hash of OAEP and of its MGF1 alike. */
export type OaepHash = 'sha1' | 'sha256';

/** The longest plaintext in bytes: k - 2 hLen - 2. RFC 8017 §7.1.1 step 1b. */
export const oaepLimit = (modulusBits: number, hash: OaepHash): number =>
  Math.ceil(modulusBits / 8) - 2 * digestLength[hash] - 2;

/**
 * Encrypts with RSAES-OAEP, empty label; the seed comes from OpenSSL's generator.
 * Source: RFC 8017 §7.1.1.
 *
 * @returns as many bytes as the modulus has
 * @throws {RangeError} on a plaintext over `oaepLimit`, or a key which is not RSA public
 */
export const encryptOaep = (publicKey: KeyObject, hash: OaepHash, plaintext: Uint8Array): Buffer => {
  const limit = oaepLimit(modulusBitsOf(publicKey, 'public'), hash);
  checkBytes('plaintext', plaintext);
  if (plaintext.length > limit)
    throw new RangeError(`plaintext: expected at most ${limit} bytes, got ${plaintext.length}`);
  return publicEncrypt({ key: publicKey, ...oaep(hash) }, plaintext);
};

/**
 * Decrypts RSAES-OAEP, empty label.
 * Source: RFC 8017 §7.1.2. All failures are one answer, so that no caller learns where a forged ciphertext broke
 * (note to step 3g; Manger's attack).
 *
 * @returns the plaintext, fresh bytes which the caller owns and wipes; undefined if the ciphertext is not one
 * @throws {RangeError} on a key which is not RSA private
 */
export const decryptOaep = (privateKey: KeyObject, hash: OaepHash, ciphertext: Uint8Array): Buffer | undefined => {
  const length = Math.ceil(modulusBitsOf(privateKey, 'private') / 8);
  checkBytes('ciphertext', ciphertext);
  if (ciphertext.length !== length) return undefined; // step 1b; OpenSSL would take a shorter one as a smaller number
  try {
    return privateDecrypt({ key: privateKey, ...oaep(hash) }, ciphertext);
  } catch {
    return undefined;
  }
};

const oaep = (hash: OaepHash) => ({ padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash });
