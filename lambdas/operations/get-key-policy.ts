import { checkPolicyName, keyPolicyName, shownKeyPolicy } from '../../core/model/key-policy.ts';
import { keyId, policyName, withDefault } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** The key policy, printed as AWS prints all of them. https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html */
export const getKeyPolicy = operation({
  name: 'GetKeyPolicy',
  input: { KeyId: keyId(), PolicyName: withDefault(policyName(), keyPolicyName) },
  key: { from: 'KeyId' },
  audit: { readOnly: true, onlySent: ['PolicyName'] },

  async handle({ input: { PolicyName }, key }) {
    checkPolicyName(PolicyName);
    return { Policy: shownKeyPolicy(key.record.Policy), PolicyName };
  },
});
