import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Lets bob decrypt, without a word about tenants. */
export default wrong('onlyBlue', async (lab) => {
  await solve(lab);
  const kms = lab.as('alice');
  const { KeyMetadata } = await kms.describeKey({ KeyId: 'alias/tenants' });
  const { Policy = '' } = await kms.getKeyPolicy({ KeyId: KeyMetadata?.KeyId });
  const policy = JSON.parse(Policy);
  delete policy.Statement.at(-1).Condition;
  await kms.putKeyPolicy({ KeyId: KeyMetadata?.KeyId, Policy: JSON.stringify(policy) });
});
