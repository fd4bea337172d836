import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Keeps the statement of the default policy: then alice's identity policy lets her use the key. */
export default wrong('aliceUses', async (lab) => {
  await solve(lab);
  const kms = lab.as('alice');
  const { KeyMetadata } = await kms.describeKey({ KeyId: 'alias/duties' });
  const { Policy = '' } = await kms.getKeyPolicy({ KeyId: KeyMetadata?.KeyId });
  const policy = JSON.parse(Policy);
  const Principal = { AWS: `arn:aws:iam::${lab.account('home')}:root` };
  policy.Statement.push({ Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' });
  await kms.putKeyPolicy({ KeyId: KeyMetadata?.KeyId, Policy: JSON.stringify(policy) });
});
