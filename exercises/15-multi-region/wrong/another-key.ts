import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Makes a second multi-Region key there, instead of a replica of the first. */
export default wrong('replica', async (lab) => {
  await solve(lab);
  const there = lab.as('alice', 'eu-west-1');
  const { KeyMetadata } = await there.createKey({ MultiRegion: true });
  await there.updateAlias({ AliasName: 'alias/orders', TargetKeyId: KeyMetadata?.KeyId });
});
