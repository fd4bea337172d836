import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** HKDF with SHA-256 (RFC 5869), without salt: 32 bytes. @param info what the key is for */
export const keyFrom = (secrets: readonly Uint8Array[], info: string): Buffer =>
  Buffer.from(hkdfSync('sha256', Buffer.concat(secrets), Buffer.alloc(0), info, 32));

/** @returns 12 bytes of nonce, the ciphertext, 16 bytes of tag */
export const seal = (key: Uint8Array, plaintext: Uint8Array): Buffer => {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
};

/** @returns undefined when the key is another, or anything was changed */
export const open = (key: Uint8Array, sealed: Uint8Array): Buffer | undefined => {
  if (sealed.length < 28) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 });
  decipher.setAuthTag(sealed.subarray(-16));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
  } catch {
    return undefined;
  }
};
