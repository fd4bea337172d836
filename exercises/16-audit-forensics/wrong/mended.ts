import { gunzipSync, gzipSync } from 'node:zlib';
import { wrong } from '../../lesson.ts';
import { investigate, report } from '../solution/solution.ts';

/** Puts the record right in the evidence, which is none any more. */
export default wrong('untouched', async (lab) => {
  const findings = await investigate(lab);
  await report(lab, findings);
  const path = `evidence/audit/${findings.file}`;
  const text = gunzipSync(await lab.read(path)).toString();
  await lab.write(path, gzipSync(text.replaceAll('user/bob', 'user/nils')));
});
