import { wrong } from '../../lesson.ts';
import { detect, incidentKey, policyFor, recover } from '../solution/solution.ts';

/** Shuts the doors, and leaves in place who opened them. */
export default wrong('carol', async (lab) => {
  const kms = lab.as('alice');
  const KeyId = await incidentKey(lab);
  for (const GrantId of await detect(lab, KeyId)) await kms.revokeGrant({ KeyId, GrantId });
  await kms.putKeyPolicy({ KeyId, Policy: policyFor(lab) });
  await recover(lab, KeyId);
});
