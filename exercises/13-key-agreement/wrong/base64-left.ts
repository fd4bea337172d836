import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Keeps the public key as the AWS CLI prints it. */
export default wrong('publicKey', async (lab) => {
  await solve(lab);
  await lab.write('agree.der', (await lab.read('agree.der')).toString('base64'));
});
