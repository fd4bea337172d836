import { wrong } from '../../lesson.ts';
import { investigate, report } from '../solution/solution.ts';

/** Asks the office's log alone what nils opened: the edited call is not under that name. */
export default wrong('opened', async (lab) => {
  const findings = await investigate(lab);
  await report(lab, { ...findings, opened: findings.opened.filter((customer) => customer !== '4711') });
});
