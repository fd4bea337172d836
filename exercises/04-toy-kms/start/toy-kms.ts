// A toy KMS in one file. Its cipher is sound; what it does with the encryption context is not.

import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

export type Context = Readonly<Record<string, string>>;

/** A toy has one key, and does not even hide it. */
const key = createHash('sha256').update('the only key of the toy').digest();

/** The bytes that stand for a context. They go into the tag of AES-GCM: other bytes, and nothing opens. */
export const encodeContext = (context: Context): Buffer =>
  Buffer.from(
    Object.keys(context)
      .sort()
      .map((name) => `${name}${context[name]}`)
      .join(''),
  );

/** @returns nonce, ciphertext and tag in one piece */
export const encrypt = (plaintext: Uint8Array, context: Context): Buffer => {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(encodeContext(context));
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
};

/** Throws unless the blob was encrypted with this context. */
export const decrypt = (blob: Uint8Array, context: Context): Buffer => {
  const decipher = createDecipheriv('aes-256-gcm', key, blob.subarray(0, 12), { authTagLength: 16 });
  decipher.setAAD(encodeContext(context)).setAuthTag(blob.subarray(-16));
  return Buffer.concat([decipher.update(blob.subarray(12, -16)), decipher.final()]);
};

/** The front door: a tenant may open what was encrypted for that tenant, whatever else the context says. */
export const decryptFor = (tenant: string, blob: Uint8Array, context: Context): Buffer => {
  if (context.tenant !== tenant) throw new Error(`${tenant} may not open what is of tenant ${context.tenant}`);
  return decrypt(blob, context);
};
