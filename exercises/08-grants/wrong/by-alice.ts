import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Has alice make dave's grant, as she may. */
export default wrong('passedOn', (lab) => {
  const alice = lab.as('alice');
  const bob = Object.assign(Object.create(lab.as('bob')), { createGrant: alice.createGrant.bind(alice) });
  return solve({ ...lab, as: (name) => (name === 'bob' ? bob : lab.as(name)) });
});
