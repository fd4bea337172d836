// A beginning in TypeScript; the shell and gcm.mjs do as well. In the work folder: . ./env && npx node envelope.ts

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { KMS } from '@aws-sdk/client-kms';

const kms = new KMS(); // env says where, and as whom

/** Nonce, ciphertext and tag in one piece. */
export const seal = (key: Uint8Array, plaintext: Uint8Array): Buffer => {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
};

/** Throws when anything was changed. */
export const open = (key: Uint8Array, sealed: Uint8Array): Buffer => {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 });
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
};

const { KeyMetadata } = await kms.describeKey({ KeyId: 'alias/envelope' });
const letter = await readFile('letter.txt');
console.log(`${letter.length} bytes to seal under a data key of ${KeyMetadata?.Arn}`);

// 1. kms.generateDataKey({ KeyId, KeySpec: 'AES_256' }): the data key in clear, and wrapped
// 2. letter.enc: the letter, sealed under the data key in clear; letter.key: the wrapped data key
// 3. fill the data key in clear with zeros: it is written nowhere
// 4. kms.decrypt({ CiphertextBlob }) opens letter.key; with that, letter.enc opens into opened.txt
