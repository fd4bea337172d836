import { wrong } from '../../lesson.ts';

/** Takes a key of one Region. */
export default wrong('key', async (lab) => {
  const kms = lab.as('alice');
  const { KeyMetadata } = await kms.createKey({});
  await kms.createAlias({ AliasName: 'alias/orders', TargetKeyId: KeyMetadata?.KeyId });
  const Plaintext = await lab.read('orders.txt');
  const { CiphertextBlob } = await kms.encrypt({ KeyId: 'alias/orders', Plaintext });
  await lab.write('orders.enc', CiphertextBlob ?? '');
});
