import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Asks for exactly tenant=blue, so that letters, which have kind=letter too, are refused. */
export default wrong('grant', async (lab) => {
  const alice = lab.as('alice');
  const as = (name: string) =>
    name !== 'alice'
      ? lab.as(name)
      : Object.assign(Object.create(alice), {
          createGrant: (grant: Parameters<typeof alice.createGrant>[0]) =>
            alice.createGrant({ ...grant, Constraints: { EncryptionContextEquals: { tenant: 'blue' } } }),
        });
  await solve({ ...lab, as }).catch(() => {}); // bob is refused
});
