import { afterAll, beforeAll, expect, it } from 'vitest';
import { accountId, newService, type Service, userOf } from '../service.ts';

const [alice, ghost] = [`arn:aws:iam::${accountId}:user/alice`, `arn:aws:iam::${accountId}:user/ghost`];
const invalid = {
  __type: 'MalformedPolicyDocumentException',
  message: 'Policy contains a statement with one or more invalid principals.',
};

let kms: Service;
let KeyId: string;
beforeAll(async () => {
  kms = await newService({ principalExists: (principal) => principal !== ghost });
  ({ KeyId } = await kms.newKey());
});
afterAll(() => kms.close());

const policy = (...more: object[]) => {
  const admin = { Effect: 'Allow', Principal: { AWS: accountId }, Action: 'kms:*', Resource: '*' };
  return JSON.stringify({ Version: '2012-10-17', Statement: [admin, ...more] });
};
const naming = (element: 'Principal' | 'NotPrincipal', ...AWS: string[]) =>
  policy({ Effect: 'Deny', [element]: { AWS }, Action: 'kms:Sign', Resource: '*' });

it.each([
  ['the grantee', { GranteePrincipal: ghost }],
  ['who may retire it', { GranteePrincipal: alice, RetiringPrincipal: ghost }],
])('a grant is refused for somebody who does not exist: %s', async (_, members) => {
  const refusal = {
    __type: 'InvalidArnException',
    message: `ARN does not refer to a valid principal: ${ghost}`,
  };
  expect(await kms.call('CreateGrant', { KeyId, Operations: ['Encrypt'], ...members })).toMatchObject(refusal);
  expect((await kms.call('ListGrants', { KeyId })).Grants).toEqual([]);
});

it('grants are not listed for somebody who does not exist', async () => {
  const refusal = (message: string, __type = 'InvalidArnException') => ({ __type, message });
  const listed = async (principal: string) => [
    await kms.call('ListGrants', { KeyId, GranteePrincipal: principal }),
    await kms.call('ListRetirableGrants', { RetiringPrincipal: principal }),
  ];
  const unknown = refusal(`ARN does not refer to a valid principal: ${ghost}`);
  expect(await listed(ghost)).toMatchObject([unknown, unknown]);
  expect(await listed(alice)).toMatchObject([{ Grants: [] }, { Grants: [] }]);
  const withPath = `arn:aws:sts::${accountId}:assumed-role/team/Lab/s1`;
  const invalid = refusal(`ARN is not valid: ${withPath}`);
  expect(await listed(withPath)).toMatchObject([invalid, invalid]);
  const id = 'AROA00000000000000100:s1';
  expect(await listed(id)).toMatchObject([
    refusal('Input does not refer to a valid principal'),
    refusal(`Retiring principal ${id} could not be found`, 'NotFoundException'),
  ]);
  expect(await kms.call('ListGrants', { KeyId, GranteePrincipal: 'sns.amazonaws.com' })).toMatchObject({ Grants: [] });
});

it('a grant is refused for an id, of which nobody is known, and for a session with the path of its role', async () => {
  const granting = (members: object) => kms.call('CreateGrant', { KeyId, Operations: ['Encrypt'], ...members });
  const id = 'AROA00000000000000100:s1';
  expect(await granting({ GranteePrincipal: id })).toMatchObject({
    __type: 'InvalidArnException',
    message: 'GranteePrincipal does not refer to a valid principal.',
  });
  expect(await granting({ GranteePrincipal: alice, RetiringPrincipal: id })).toMatchObject({
    message: 'RetiringPrincipal does not refer to a valid principal.',
  });
  const withPath = `arn:aws:sts::${accountId}:assumed-role/team/Lab/s1`;
  expect(await granting({ GranteePrincipal: withPath })).toMatchObject({ message: `ARN is not valid: ${withPath}` });
});

it('a key policy is refused that names somebody who does not exist, also where its lockout check is left out', async () => {
  for (const Policy of [naming('Principal', alice, ghost), naming('NotPrincipal', accountId, ghost)]) {
    expect(await kms.call('PutKeyPolicy', { KeyId, Policy })).toMatchObject(invalid);
    expect(await kms.call('CreateKey', { Policy, BypassPolicyLockoutSafetyCheck: true })).toMatchObject(invalid);
  }
  expect(await kms.call('PutKeyPolicy', { KeyId, Policy: naming('Principal', alice) })).toMatchObject({ status: 200 });
});

it('somebody who may not make a grant is not told who exists', async () => {
  kms.as(userOf(accountId, 'alice'));
  kms.withStanding({ identity: [], tags: {} });
  const grant = { KeyId, GranteePrincipal: ghost, Operations: ['Encrypt'] };
  expect(await kms.call('CreateGrant', grant)).toMatchObject({ __type: 'AccessDeniedException' });
});
