import { gunzipSync } from 'node:zlib';
import { wrong } from '../../lesson.ts';
import { investigate, report } from '../solution/solution.ts';

/** Takes any record of the file for the edited one. */
export default wrong('event', async (lab) => {
  const findings = await investigate(lab);
  const { Records } = JSON.parse(gunzipSync(await lab.read(`evidence/audit/${findings.file}`)).toString());
  const other = Records.find(({ eventID }: { eventID: string }) => eventID !== findings.event);
  await report(lab, { ...findings, event: other.eventID });
});
