import { wrong } from '../../lesson.ts';

/** Alice revokes last-month; carol never does anything. */
export default wrong('retired', async (lab) => {
  const alice = lab.as('alice');
  const KeyId = lab.fact('lettersKey');
  const { Grants = [] } = await alice.listGrants({ KeyId });
  for (const { GrantId } of Grants) await alice.revokeGrant({ KeyId, GrantId });
});
