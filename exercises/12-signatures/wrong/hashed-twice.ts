import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Sends the hash of the image as if it were the message, so that KMS hashes it again. */
export default wrong('digest', (lab) => {
  const alice = lab.as('alice');
  const sign = (input: Parameters<typeof alice.sign>[0]) => alice.sign({ ...input, MessageType: 'RAW' });
  return solve({ ...lab, as: () => Object.assign(Object.create(alice), { sign }) });
});
