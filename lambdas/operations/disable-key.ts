import { keyId } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Stops every cryptographic use of a key. https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKey.html */
export const disableKey = operation({
  name: 'DisableKey',
  input: { KeyId: keyId() },
  key: { from: 'KeyId', manager: 'CUSTOMER', idleDays: true, states: ['Enabled', 'Disabled'] },
  audit: { readOnly: false, response: 'key ARN' },
  uses: { keys: ['update'] },

  async handle({ key, stores }) {
    if (key.state !== 'Disabled') await stores.keys.update(key.record, { KeyState: 'Disabled' });
    return undefined;
  },
});
