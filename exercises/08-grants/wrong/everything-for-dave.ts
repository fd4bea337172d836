import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Gives dave a second grant, as wide as bob's. */
export default wrong('narrower', async (lab) => {
  await solve(lab);
  await lab.as('alice').createGrant({
    KeyId: lab.fact('lettersKey'),
    GranteePrincipal: lab.arn('dave'),
    Operations: ['Decrypt'],
    Constraints: { EncryptionContextSubset: { tenant: 'blue' } },
  });
});
