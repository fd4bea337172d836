// A vault: seals bytes under a data key that KMS made. It has two faults.

import { createCipheriv, createDecipheriv } from 'node:crypto';

/** Every text begins at the same counter, so that the vault need not store it. */
const counter = Buffer.alloc(16);

/** @param key 32 bytes */
export const seal = (key: Uint8Array, plaintext: Uint8Array): Uint8Array => {
  const cipher = createCipheriv('aes-256-ctr', key, counter);
  return Buffer.concat([cipher.update(plaintext), cipher.final()]);
};

/** @param sealed what `seal` gave */
export const open = (key: Uint8Array, sealed: Uint8Array): Uint8Array => {
  const decipher = createDecipheriv('aes-256-ctr', key, counter);
  return Buffer.concat([decipher.update(sealed), decipher.final()]);
};
