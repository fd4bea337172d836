import { wrong } from '../../lesson.ts';
import { investigate, report } from '../solution/solution.ts';

/** Believes the edited record: it was bob. */
export default wrong('who', async (lab) => {
  const findings = await investigate(lab);
  await report(lab, { ...findings, who: `arn:aws:iam::${lab.account('office')}:user/bob`, opened: ['4711'] });
});
