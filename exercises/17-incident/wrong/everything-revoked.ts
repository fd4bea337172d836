import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Takes all grants for back doors: reporting stands outside, and nobody has told it. */
export default wrong('works', async (lab) => {
  await solve(lab);
  const kms = lab.as('alice');
  const { KeyMetadata } = await kms.describeKey({ KeyId: 'alias/ledger' });
  const { Grants = [] } = await kms.listGrants({ KeyId: KeyMetadata?.KeyId });
  for (const { GrantId } of Grants) await kms.revokeGrant({ KeyId: KeyMetadata?.KeyId, GrantId });
});
