import { type Lab, solution } from '../../lesson.ts';

const alias = 'alias/ledger';

/** Who may do what, with carol shut out whatever her identity policy says. */
export const policyFor = (lab: Lab, ...more: readonly object[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${lab.account('home')}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
      {
        Effect: 'Allow',
        Principal: { AWS: lab.arn('app') },
        Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:DescribeKey'],
        Resource: '*',
      },
      ...more,
    ],
  });

export const denied = (Principal: string): object => ({
  Effect: 'Deny',
  Principal: { AWS: Principal },
  Action: 'kms:*',
  Resource: '*',
});

export const incidentKey = async (lab: Lab): Promise<string> => {
  const { KeyMetadata } = await lab.as('alice').describeKey({ KeyId: alias });
  return KeyMetadata?.Arn ?? '';
};

/** Who reads pages, and which, is in the audit log: see solution.sh for how to ask it. */
export const detect = async (lab: Lab, KeyId: string): Promise<readonly string[]> => {
  const { Grants = [] } = await lab.as('alice').listGrants({ KeyId });
  const backDoors = Grants.filter(({ GranteePrincipal }) => GranteePrincipal !== lab.arn('reporting'));
  const grants = backDoors.map(({ GrantId = '' }) => GrantId);
  const incident = { by: lab.arn('carol'), grants, outsider: lab.account('supplier'), read: ['2', '3'] };
  await lab.write('incident.json', JSON.stringify(incident, undefined, 2));
  return grants;
};

export const contain = async (lab: Lab, KeyId: string, grants: readonly string[]): Promise<void> => {
  const kms = lab.as('alice');
  for (const GrantId of grants) await kms.revokeGrant({ KeyId, GrantId });
  await kms.putKeyPolicy({ KeyId, Policy: policyFor(lab, denied(lab.arn('carol'))) });
};

export const recover = async (lab: Lab, oldKey: string): Promise<void> => {
  const kms = lab.as('alice');
  const Policy = policyFor(lab, denied(lab.arn('carol')));
  const { KeyMetadata } = await kms.createKey({ Description: 'the ledger', Policy });
  const KeyId = KeyMetadata?.Arn ?? '';
  const GranteePrincipal = lab.arn('reporting');
  await kms.createGrant({ KeyId, Name: 'monthly-report', GranteePrincipal, Operations: ['Decrypt'] });

  for (const page of ['1', '2', '3', '4']) {
    const { CiphertextBlob } = await kms.reEncrypt({
      CiphertextBlob: await lab.read(`pages/${page}.enc`),
      SourceEncryptionContext: { page },
      DestinationKeyId: KeyId,
      DestinationEncryptionContext: { page },
    });
    await lab.write(`pages/${page}.enc`, CiphertextBlob ?? '');
  }
  await kms.updateAlias({ AliasName: alias, TargetKeyId: KeyId });
  await kms.disableKey({ KeyId: oldKey });
};

export default solution(async (lab) => {
  const oldKey = await incidentKey(lab);
  await contain(lab, oldKey, await detect(lab, oldKey));
  await recover(lab, oldKey);
});
