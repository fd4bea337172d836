import { wrong } from '../../lesson.ts';
import { contain, detect, incidentKey, recover } from '../solution/solution.ts';

/** Revokes the grant that carol made, as if that took the one made through it along. */
export default wrong('doors', async (lab) => {
  const key = await incidentKey(lab);
  await detect(lab, key);
  const { Grants = [] } = await lab.as('alice').listGrants({ KeyId: key, GranteePrincipal: lab.arn('dana') });
  const grants = Grants.map(({ GrantId = '' }) => GrantId);
  await contain(lab, key, grants);
  await recover(lab, key);
});
