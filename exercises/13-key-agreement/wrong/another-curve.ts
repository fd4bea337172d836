import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Takes a stronger curve than bob has. */
export default wrong('key', async (lab) => {
  await solve(lab);
  const kms = lab.as('alice');
  const { KeyMetadata } = await kms.createKey({ KeySpec: 'ECC_NIST_P384', KeyUsage: 'KEY_AGREEMENT' });
  await kms.updateAlias({ AliasName: 'alias/agree', TargetKeyId: KeyMetadata?.KeyId });
});
