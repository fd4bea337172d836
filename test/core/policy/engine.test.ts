import { expect, it } from 'vitest';
import { evaluate, keyPolicyAdmits } from '../../../core/policy/evaluate.ts';
import { operatorNamed, operatorNames } from '../../../core/policy/operators.ts';
import { compilePolicy, conditionKeysIn, principalsIn } from '../../../core/policy/policy.ts';
import { foreignKeyText } from '../../../core/policy/refusal.ts';
import type { Policies } from '../../../core/policy/request.ts';
import { cast, documentOf, requestOf } from './cases.ts';

/** What the cases cannot say: functions beside `evaluate`, and the compiled form. */

it('knows all 26 operators of the IAM manual besides Null', () => {
  expect(operatorNames).toHaveLength(27);
  for (const name of operatorNames) expect(operatorNamed(name) !== undefined, name).toBe(name !== 'Null');
});

it.each([
  ['names alice', 'alice', true],
  ['names alice', 'bob', false],
  ['delegates', 'bob', true],
  ['delegates', 'partner', false],
  ['delegates to partner', 'alice', false],
  ['nothing', 'root', false],
] as const)('the lockout check asks the key policy alone: %s, called by %s: %s', (policy, caller, admitted) => {
  const request = requestOf({ it: '', caller, action: 'kms:PutKeyPolicy' });
  expect(keyPolicyAdmits(request, compilePolicy(documentOf(policy), 'key'))).toBe(admitted);
});

it('the lockout check sees a deny in the new policy', () => {
  const statements = [
    ...(cast.policies['names alice'] ?? []),
    { Effect: 'Deny', Principal: '*', Action: 'kms:PutKeyPolicy', Resource: '*' },
  ];
  const request = requestOf({ it: '', action: 'kms:PutKeyPolicy' });
  expect(keyPolicyAdmits(request, compilePolicy(documentOf(statements), 'key'))).toBe(false);
});

it('lists the accounts and identities that a policy names, as it spells them, for whoever knows which exist', () => {
  const policy = compilePolicy(
    documentOf([
      {
        Effect: 'Allow',
        Principal: { AWS: ['111122223333', 'arn:aws:iam::111122223333:role/team/Lab'] },
        Action: '*',
        Resource: '*',
      },
      { Effect: 'Allow', Principal: { AWS: '*', Service: 'sns.amazonaws.com' }, Action: '*', Resource: '*' },
      { Effect: 'Deny', NotPrincipal: { AWS: ['AIDAALICEALICEALICE22', '111122223333'] }, Action: '*', Resource: '*' },
    ]),
    'key',
  );
  expect(principalsIn(policy)).toEqual([
    '111122223333',
    'arn:aws:iam::111122223333:role/team/Lab',
    'AIDAALICEALICEALICE22',
  ]);
});

it('lists the condition keys that a policy asks for, so that nobody fetches what none asks for', () => {
  const Condition = {
    StringEquals: { 'kms:ViaService': 'x' },
    'ForAnyValue:StringLike': { 'kms:ResourceAliases': 'alias/*' },
  };
  const policy = compilePolicy(documentOf([{ Effect: 'Allow', Action: '*', Resource: '*', Condition }]), 'identity');
  expect(conditionKeysIn(policy)).toEqual(new Set(['kms:viaservice', 'kms:resourcealiases']));
  expect(conditionKeysIn(compilePolicy(documentOf('all'), 'identity')).size).toBe(0);
});

it('words the refusal of a key that only a ciphertext names', () => {
  expect(foreignKeyText('arn:aws:iam::111122223333:user/alice', 'kms:Decrypt', 'ciphertext')).toBe(
    'User: arn:aws:iam::111122223333:user/alice is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access',
  );
});

it('reads the same from text and from the object, and does not keep the object', () => {
  const document = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action: ['kms:Decrypt'], Resource: '*' }],
  };
  const compiled = [compilePolicy(document, 'key'), compilePolicy(JSON.stringify(document), 'key')];
  document.Statement[0]?.Action.splice(0, 1, 'kms:Encrypt');
  const request = requestOf({ it: '' });
  for (const key of compiled) expect(evaluate(request, { key, identity: [] }).allowed).toBe(true);
});

it('goes on deciding when a policy has been asked about more actions than it remembers', () => {
  const key = compilePolicy(documentOf('everybody'), 'key');
  for (let i = 0; i < 1000; i += 1) {
    expect(evaluate(requestOf({ it: '', action: `kms:Action${i}` }), { key, identity: [] }).allowed).toBe(true);
    expect(evaluate(requestOf({ it: '', action: `s3:Action${i}` }), { key, identity: [] }).allowed).toBe(false);
  }
});

it('does not take a policy of one kind for another, for without Principal it would name everybody', () => {
  // @ts-expect-error an identity policy is no key policy
  const mistaken: Policies = { key: compilePolicy(documentOf('all'), 'identity'), identity: [] };
  expect(mistaken.key?.kind).toBe('identity');
});
