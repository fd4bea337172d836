import { keyId } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Lets a disabled key be used again. https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKey.html */
export const enableKey = operation({
  name: 'EnableKey',
  input: { KeyId: keyId() },
  key: { from: 'KeyId', manager: 'CUSTOMER', states: ['Enabled', 'Disabled'] },
  audit: { readOnly: false, response: 'key ARN' },
  uses: { keys: ['update'] },

  async handle({ key, stores }) {
    if (key.state !== 'Enabled') await stores.keys.update(key.record, { KeyState: 'Enabled' });
    return undefined;
  },
});
