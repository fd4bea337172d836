import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Counts what dana tried as read, and the pages that app read. */
export default wrong('found', async (lab) => {
  await solve(lab);
  const incident = JSON.parse((await lab.read('incident.json')).toString());
  await lab.write('incident.json', JSON.stringify({ ...incident, read: ['1', '2', '3'] }));
});
