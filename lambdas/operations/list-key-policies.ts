import { keyPolicyName } from '../../core/model/key-policy.ts';
import { pageOf } from '../../core/model/page-of.ts';
import { keyId, pageMembers } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** The names of a key's policies: there is one. https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeyPolicies.html */
export const listKeyPolicies = operation({
  name: 'ListKeyPolicies',
  input: { KeyId: keyId(), ...pageMembers },
  key: { from: 'KeyId' },
  page: { defaultLimit: 100, maxLimit: 1000 },
  audit: { readOnly: true },

  async handle({ page }) {
    const { items: PolicyNames, next } = pageOf([keyPolicyName], (name) => name, page);
    return { PolicyNames, ...page.end(next) };
  },
});
