// From shared secrets to a sealed file, for a shell: the half of this lesson that is not KMS. Read it.
//
//     node agree.mjs seal INFO SECRET… < plain > sealed
//     node agree.mjs open INFO SECRET… < sealed > plain
//
// INFO says what the key is for: `hello`, `answer`. Each SECRET is a file with the bytes of a shared secret; their order counts.

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';

/** HKDF with SHA-256, without salt: 32 bytes for AES-256. */
const keyFrom = (secrets, info) => Buffer.from(hkdfSync('sha256', Buffer.concat(secrets), Buffer.alloc(0), info, 32));

/** @returns 12 bytes of nonce, the ciphertext, 16 bytes of tag */
const seal = (key, plaintext) => {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
};

/** @throws when the key is another, or anything was changed */
const open = (key, sealed) => {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 });
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
};

const [what, info, ...files] = process.argv.slice(2);
const act = { seal, open }[what];
if (act === undefined || files.length === 0) {
  console.error('node agree.mjs seal|open INFO SECRET... < input > output');
  process.exitCode = 2;
} else {
  const secrets = files.map((file) => readFileSync(file));
  process.stdout.write(act(keyFrom(secrets, info), await buffer(process.stdin)));
}
