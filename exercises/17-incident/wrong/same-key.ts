import { wrong } from '../../lesson.ts';
import { contain, detect, incidentKey } from '../solution/solution.ts';

/** Goes on with the key: copies of old ciphertexts wait for the next open door. */
export default wrong('newKey', async (lab) => {
  const key = await incidentKey(lab);
  await contain(lab, key, await detect(lab, key));
});
