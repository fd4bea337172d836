import { wrong } from '../../lesson.ts';
import solve, { enabled } from '../solution/solution.ts';

/** Changes its mind: the primary is where it was. */
export default wrong('primary', async (lab) => {
  await solve(lab);
  const there = lab.as('alice', 'eu-west-1');
  const { KeyMetadata } = await there.describeKey({ KeyId: 'alias/orders' });
  await there.updatePrimaryRegion({ KeyId: KeyMetadata?.KeyId, PrimaryRegion: 'us-east-1' });
  await enabled(there, KeyMetadata?.KeyId ?? '');
});
