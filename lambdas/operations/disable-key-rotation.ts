import { keyId } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Ends automatic rotation; all material stays. https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKeyRotation.html */
export const disableKeyRotation = operation({
  name: 'DisableKeyRotation',
  input: { KeyId: keyId() },
  key: { from: 'KeyId', manager: 'CUSTOMER', type: 'symmetric', origins: ['AWS_KMS'], states: ['Enabled'] },
  audit: { readOnly: false },
  uses: { keys: 'write' },

  async handle({ key, stores }) {
    if (key.record.rotation) await stores.keys.update(key.record, { rotation: undefined });
    return undefined;
  },
});
