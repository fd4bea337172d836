import { wrong } from '../../lesson.ts';
import { writeChanged } from '../solution/solution.ts';

/** Waits longer and longer, but all who were refused together come again together. */
export default wrong('jitter', (lab) => writeChanged(lab, 'random() * Math.min', 'Math.min'));
