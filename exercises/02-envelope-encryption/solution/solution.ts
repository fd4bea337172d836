import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { solution } from '../../lesson.ts';

export default solution(async (lab) => {
  const kms = lab.as('alice');
  const letter = await lab.read('letter.txt');

  const { Plaintext = new Uint8Array(), CiphertextBlob = '' } = await kms.generateDataKey({
    KeyId: 'alias/envelope',
    KeySpec: 'AES_256',
  });
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', Plaintext, nonce);
  const sealed = Buffer.concat([nonce, cipher.update(letter), cipher.final(), cipher.getAuthTag()]);
  Plaintext.fill(0);
  await lab.write('letter.enc', sealed);
  await lab.write('letter.key', CiphertextBlob);

  const { Plaintext: key = new Uint8Array() } = await kms.decrypt({ CiphertextBlob: await lab.read('letter.key') });
  const stored = await lab.read('letter.enc');
  const decipher = createDecipheriv('aes-256-gcm', key, stored.subarray(0, 12), { authTagLength: 16 });
  decipher.setAuthTag(stored.subarray(-16));
  const opened = Buffer.concat([decipher.update(stored.subarray(12, -16)), decipher.final()]);
  key.fill(0);
  await lab.write('opened.txt', opened);
});
