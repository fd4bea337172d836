// AES-256-GCM for a shell, as `openssl enc` has none. Also the half of this lesson that is not KMS; read it.
//
//     node gcm.mjs seal KEY-FILE < letter.txt > letter.enc
//     node gcm.mjs open KEY-FILE < letter.enc > opened.txt
//
// KEY-FILE has 32 bytes; /dev/stdin and the like are no good here, as the data comes from stdin.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';

const nonceLength = 12; // bytes
const tagLength = 16;

/** @returns nonce, ciphertext and tag in one piece */
const seal = (key, plaintext) => {
  const nonce = randomBytes(nonceLength); // never twice under one key
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
};

/** @throws when anything was changed; nothing is given out then */
const open = (key, sealed) => {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceLength), { authTagLength: tagLength });
  decipher.setAuthTag(sealed.subarray(-tagLength));
  return Buffer.concat([decipher.update(sealed.subarray(nonceLength, -tagLength)), decipher.final()]);
};

const [what, keyFile] = process.argv.slice(2);
const act = { seal, open }[what];
if (act === undefined || keyFile === undefined) {
  console.error('node gcm.mjs seal|open KEY-FILE < input > output');
  process.exitCode = 2;
} else {
  process.stdout.write(act(readFileSync(keyFile), await buffer(process.stdin)));
}
