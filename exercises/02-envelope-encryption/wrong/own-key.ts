import { createCipheriv, randomBytes } from 'node:crypto';
import { wrong } from '../../lesson.ts';

/** Makes the data key itself, and has KMS encrypt it. */
export default wrong('generated', async (lab) => {
  const kms = lab.as('alice');
  const key = randomBytes(32);
  const { CiphertextBlob } = await kms.encrypt({ KeyId: 'alias/envelope', Plaintext: key });
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const letter = await lab.read('letter.txt');
  await lab.write('letter.enc', Buffer.concat([nonce, cipher.update(letter), cipher.final(), cipher.getAuthTag()]));
  await lab.write('letter.key', CiphertextBlob ?? '');
  await lab.write('opened.txt', letter);
});
