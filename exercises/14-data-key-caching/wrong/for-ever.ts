import { wrong } from '../../lesson.ts';
import { writeChanged } from '../solution/solution.ts';

/** Counts messages and bytes, and forgets the time: a data key of last year still seals, if there is little to do. */
export default wrong('age', (lab) => writeChanged(lab, 'now() < entry.until && ', ''));
