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
