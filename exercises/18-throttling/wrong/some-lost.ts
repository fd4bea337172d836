import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Writes down what went through at once, and forgets what was refused. */
export default wrong('shipped', async (lab) => {
  await solve(lab);
  const lines = (await lab.read('shipped.txt')).toString().split('\n');
  await lab.write('shipped.txt', lines.slice(0, 20).join('\n'));
});
