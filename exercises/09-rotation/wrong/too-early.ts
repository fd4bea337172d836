import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Makes the new files first, and rotates then. */
export default wrong('fresh', async (lab) => {
  const kms = lab.as('alice');
  const { Plaintext } = await kms.decrypt({ CiphertextBlob: await lab.read('before.enc') });
  const { CiphertextBlob } = await kms.encrypt({ KeyId: 'alias/records', Plaintext });
  await solve(lab);
  await lab.write('after.enc', CiphertextBlob ?? '');
});
