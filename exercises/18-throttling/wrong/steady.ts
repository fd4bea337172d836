import { wrong } from '../../lesson.ts';
import { writeChanged } from '../solution/solution.ts';

/** Waits equally long each time. */
export default wrong('backoff', (lab) => writeChanged(lab, ' * 2 ** retries', ''));
