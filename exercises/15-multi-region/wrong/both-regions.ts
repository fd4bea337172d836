import { wrong } from '../../lesson.ts';
import solve, { policyFor } from '../solution/solution.ts';

/** Puts the policy in both Regions, as if a multi-Region key had one. */
export default wrong('standby', async (lab) => {
  await solve(lab);
  const { KeyMetadata } = await lab.as('alice').describeKey({ KeyId: 'alias/orders' });
  await lab.as('alice').putKeyPolicy({ KeyId: KeyMetadata?.KeyId, Policy: policyFor(lab) });
});
