import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Asks for the wrapped key in a call of its own, which gives another key. */
export default wrong('sealed', async (lab) => {
  await solve(lab);
  const { CiphertextBlob } = await lab.as('alice').generateDataKey({ KeyId: 'alias/envelope', KeySpec: 'AES_256' });
  await lab.write('letter.key', CiphertextBlob ?? '');
});
