import { missing, solution } from '../../lesson.ts';

export default solution(async (lab) => {
  const KeyId = lab.fact('lettersKey');
  const [alice, bob, carol] = [lab.as('alice'), lab.as('bob'), lab.as('carol')];

  const { Grants = [] } = await carol.listRetirableGrants({ RetiringPrincipal: lab.arn('carol') });
  const { GrantId } = Grants.find(({ Name }) => Name === 'last-month') ?? missing('there is no last-month');
  await carol.retireGrant({ KeyId, GrantId });

  const { GrantToken = '' } = await alice.createGrant({
    KeyId,
    Name: 'night-job',
    GranteePrincipal: lab.arn('bob'),
    RetiringPrincipal: lab.arn('carol'),
    Operations: ['Decrypt', 'CreateGrant'],
    Constraints: { EncryptionContextSubset: { tenant: 'blue' } },
  });
  await lab.write('token.txt', GrantToken);

  // with the token it works at once, wherever the news of the grant has not arrived
  const { Plaintext } = await bob.decrypt({
    CiphertextBlob: await lab.read('blue.enc'),
    EncryptionContext: { tenant: 'blue', kind: 'letter' },
    GrantTokens: [GrantToken],
  });
  await lab.write('opened.txt', Plaintext ?? '');

  await bob.createGrant({
    KeyId,
    GrantTokens: [GrantToken],
    GranteePrincipal: lab.arn('dave'),
    Operations: ['Decrypt'],
    Constraints: { EncryptionContextSubset: { tenant: 'blue', kind: 'letter' } },
  });
});
