import { wrong } from '../../lesson.ts';

/** Copies the secret instead of decrypting it. */
export default wrong('opened', async (lab) => {
  const kms = lab.as('alice');
  const { KeyMetadata } = await kms.createKey({});
  await kms.createAlias({ AliasName: 'alias/first', TargetKeyId: KeyMetadata?.KeyId });
  const Plaintext = await lab.read('secret.txt');
  const { CiphertextBlob } = await kms.encrypt({ KeyId: 'alias/first', Plaintext });
  await lab.write('secret.enc', CiphertextBlob ?? '');
  await lab.write('opened.txt', Plaintext);
});
