import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Lets dave decrypt under every key that lets his account. */
export default wrong('narrow', async (lab) => {
  const Statement = [{ Effect: 'Allow', Action: 'kms:Decrypt', Resource: '*' }];
  await solve({ ...lab, attach: (name) => lab.attach(name, { Version: '2012-10-17', Statement }) });
});
