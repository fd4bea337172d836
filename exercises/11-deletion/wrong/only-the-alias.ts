import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Looks for calls that named alias/old, and overlooks carol, who named the ARN. */
export default wrong('users', async (lab) => {
  await solve(lab);
  await lab.write('users.txt', `${lab.arn('bob')}\n${lab.arn('backup')}\n`);
});
