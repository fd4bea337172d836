import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Takes a genuine download for the forged one. */
export default wrong('forged', async (lab) => {
  await solve(lab);
  const forged = (await lab.read('forged.txt')).toString();
  await lab.write('forged.txt', forged.startsWith('download-1') ? 'download-2.txt\n' : 'download-1.txt\n');
});
