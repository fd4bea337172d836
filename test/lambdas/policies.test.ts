import { expect, it } from 'vitest';
import { newKeyPolicies } from '../../lambdas/policies.ts';
import { keyRecord } from '../stores/embedded.ts';

const policy = (Action: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Principal: '*', Action, Resource: '*' } });

it('compiles a policy once, and another of the same key anew: the key may have one in each Region', () => {
  const keyPolicyOf = newKeyPolicies();
  const [here, there] = [keyRecord({ Policy: policy('kms:Encrypt') }), keyRecord({ Policy: policy('kms:Decrypt') })];
  const compiled = keyPolicyOf(here);
  expect(keyPolicyOf({ ...here, revision: 2 })).toBe(compiled);
  expect(keyPolicyOf(there)).not.toBe(compiled);
});
