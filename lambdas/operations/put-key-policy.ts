import { checkKeyPolicy, checkPolicyName, keyPolicyName } from '../../core/model/key-policy.ts';
import { flag, keyId, keyPolicy, optional, policyName, withDefault } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Replaces the key policy. https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html */
export const putKeyPolicy = operation({
  name: 'PutKeyPolicy',
  input: {
    KeyId: keyId(),
    PolicyName: withDefault(policyName(), keyPolicyName),
    Policy: keyPolicy(),
    BypassPolicyLockoutSafetyCheck: optional(flag()),
  },
  key: { from: 'KeyId', manager: 'CUSTOMER' },
  conditions: {
    BypassPolicyLockoutSafetyCheck: { firstOf: ['BypassPolicyLockoutSafetyCheck'], else: 'false' },
  },
  permissions: { newPolicy: { from: 'Policy', bypass: 'BypassPolicyLockoutSafetyCheck' } },
  audit: { readOnly: false, onlySent: ['PolicyName'] },
  uses: { keys: ['update'] },

  check({ Policy }) {
    checkKeyPolicy(Policy);
  },

  async handle({ input: { Policy, PolicyName }, key, stores }) {
    checkPolicyName(PolicyName);
    await stores.keys.update(key.record, { Policy });
    return undefined;
  },
});
