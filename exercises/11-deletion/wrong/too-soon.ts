import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Overlooks the wrapped data key of the backup, and lets the key go. */
export default wrong('moved', (lab) =>
  solve({
    ...lab,
    write: async (name, content) => {
      if (name !== 'moved/backup.key') await lab.write(name, content);
    },
  }),
);
