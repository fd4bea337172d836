// The vault, mended: a new nonce for every text, and a tag that tells of any change.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const nonceLength = 12; // bytes
const tagLength = 16;

/**
 * @param key 32 bytes; a data key for a few texts, not for billions, as nonces are random
 * @returns nonce, ciphertext and tag in one piece
 */
export const seal = (key: Uint8Array, plaintext: Uint8Array): Uint8Array => {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
};

/** @throws {Error} when anything was changed; nothing is given out then */
export const open = (key: Uint8Array, sealed: Uint8Array): Uint8Array => {
  if (sealed.length < nonceLength + tagLength) throw new RangeError('too short to be sealed');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceLength), { authTagLength: tagLength });
  decipher.setAuthTag(sealed.subarray(-tagLength));
  return Buffer.concat([decipher.update(sealed.subarray(nonceLength, -tagLength)), decipher.final()]);
};
