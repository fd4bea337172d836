import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Counts its nonces, from nothing in each run of the program. */
export default wrong('fresh', async (lab) => {
  await solve(lab);
  const mended = (await lab.read('vault.ts')).toString();
  const counting = mended.replace('randomBytes(nonceLength)', "Buffer.from(String(++count).padStart(12, '0'))");
  await lab.write('vault.ts', `let count = 0;\n${counting}`);
});
