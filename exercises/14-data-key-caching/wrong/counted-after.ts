import { wrong } from '../../lesson.ts';
import { writeChanged } from '../solution/solution.ts';

/** Waits for the data key before it counts: messages that come at once are not counted in time. */
export default wrong('together', (lab) =>
  writeChanged(
    lab,
    '      sealing.messages += 1;\n      sealing.bytes += bytes;\n      return sealing.key;\n',
    '      const entry = sealing;\n      return entry.key.then((key) => {\n        entry.messages += 1;\n        entry.bytes += bytes;\n        return key;\n      });\n',
  ),
);
