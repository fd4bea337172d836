import { randomBytes } from 'node:crypto';
import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Has lost the material, and makes another. */
export default wrong(
  'back',
  (lab) =>
    solve({
      ...lab,
      async clock(to) {
        await lab.clock(to);
        await lab.write('material.bin', randomBytes(32));
      },
    }).catch(() => {}), // KMS refuses other material
);
