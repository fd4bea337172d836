import { wrong } from '../../lesson.ts';
import { writeChanged } from '../solution/solution.ts';

/** Looks whether the limit was reached, not whether this message would break it. */
export default wrong('bytes', (lab) =>
  writeChanged(lab, 'entry.bytes + bytes <= limits.bytes', 'entry.bytes <= limits.bytes'),
);
