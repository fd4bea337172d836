import { randomBytes } from 'node:crypto';
import { solution } from '../../lesson.ts';

export default solution(async (lab) => {
  const kms = lab.as('alice');

  const { KeyMetadata } = await kms.createKey({ Description: 'my first key' });
  await kms.createAlias({ AliasName: 'alias/first', TargetKeyId: KeyMetadata?.KeyId });

  const KeyId = 'alias/first';
  const secret = await kms.encrypt({ KeyId, Plaintext: await lab.read('secret.txt') });
  await lab.write('secret.enc', secret.CiphertextBlob ?? '');

  // no KeyId: the ciphertext names its key
  const opened = await kms.decrypt({ CiphertextBlob: await lab.read('secret.enc') });
  await lab.write('opened.txt', opened.Plaintext ?? '');

  const most = await kms.encrypt({ KeyId, Plaintext: randomBytes(4096) });
  await lab.write('most.enc', most.CiphertextBlob ?? '');
  await kms.encrypt({ KeyId, Plaintext: randomBytes(4097) }).catch(({ message }) => lab.write('refusal.txt', message));
});
