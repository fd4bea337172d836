import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Lets bob do everything with the key. */
export default wrong('bobManages', async (lab) => {
  await solve(lab);
  const kms = lab.as('alice');
  const { KeyMetadata } = await kms.describeKey({ KeyId: 'alias/duties' });
  const { Policy = '' } = await kms.getKeyPolicy({ KeyId: KeyMetadata?.KeyId });
  await kms.putKeyPolicy({ KeyId: KeyMetadata?.KeyId, Policy: Policy.replace('"kms:Encrypt"', '"kms:*"') });
});
