import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Adds erin to the default policy of the vault, and leaves what lets identity policies decide. */
export default wrong('vault', async (lab) => {
  await solve(lab);
  const kms = lab.as('alice');
  const { KeyMetadata } = await kms.describeKey({ KeyId: 'alias/vault' });
  const allow = (AWS: string, Action: string | string[]) => ({
    Effect: 'Allow',
    Principal: { AWS },
    Action,
    Resource: '*',
  });
  const Statement = [
    allow(`arn:aws:iam::${lab.account('home')}:root`, 'kms:*'),
    allow(lab.arn('erin'), ['kms:Encrypt', 'kms:Decrypt']),
  ];
  await kms.putKeyPolicy({ KeyId: KeyMetadata?.KeyId, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) });
});
