import { wrong } from '../../lesson.ts';
import { writeChanged } from '../solution/solution.ts';

/** Tries everything again, also what is forbidden. */
export default wrong('others', (lab) => writeChanged(lab, '!isThrottled(error) || ', ''));
