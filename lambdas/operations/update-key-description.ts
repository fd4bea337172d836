import { statesBeforeDeletion } from '../../core/model/key-states.ts';
import { keyId, text } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Changes the description of a key. https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateKeyDescription.html */
export const updateKeyDescription = operation({
  name: 'UpdateKeyDescription',
  input: { KeyId: keyId(), Description: text({ min: 0, max: 8192 }) },
  key: { from: 'KeyId', manager: 'CUSTOMER', states: statesBeforeDeletion },
  audit: { readOnly: false },
  uses: { keys: ['update'] },

  async handle({ input: { Description }, key, stores }) {
    await stores.keys.update(key.record, { Description });
    return undefined;
  },
});
