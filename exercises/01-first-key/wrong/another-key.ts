import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Encrypts the secret under a key that the alias does not name. */
export default wrong('secret', async (lab) => {
  await solve(lab);
  const kms = lab.as('alice');
  const { KeyMetadata } = await kms.createKey({});
  const Plaintext = await lab.read('secret.txt');
  const { CiphertextBlob } = await kms.encrypt({ KeyId: KeyMetadata?.KeyId, Plaintext });
  await lab.write('secret.enc', CiphertextBlob ?? '');
});
