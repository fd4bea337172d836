import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Names the victim's own context, which the front door does not let through. */
export default wrong('forged', async (lab) => {
  await solve(lab);
  await lab.write('forged.json', '{ "tenant": "acmewest" }');
});
