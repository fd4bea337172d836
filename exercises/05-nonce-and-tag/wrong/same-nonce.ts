import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Has a tag now, and the same nonce for everything. */
export default wrong('fresh', async (lab) => {
  await solve(lab);
  const mended = (await lab.read('vault.ts')).toString();
  await lab.write('vault.ts', mended.replace('randomBytes(nonceLength)', 'Buffer.from(key.subarray(0, 12))'));
});
