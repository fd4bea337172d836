import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Does not wait for the end of the waiting period. */
export default wrong('gone', (lab) => solve({ ...lab, clock: () => lab.clock('+6d') }));
