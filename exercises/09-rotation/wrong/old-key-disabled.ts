import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Disables the old HMAC key as soon as there is a new one. */
export default wrong('kept', async (lab) => {
  await solve(lab);
  await lab.as('alice').disableKey({ KeyId: lab.fact('tokensKey') });
});
