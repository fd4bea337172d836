import { keyId } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Ends the waiting period; the key is disabled then, or still waits for its material. https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html */
export const cancelKeyDeletion = operation({
  name: 'CancelKeyDeletion',
  input: { KeyId: keyId() },
  key: { from: 'KeyId', manager: 'CUSTOMER', states: ['PendingDeletion'] },
  audit: { readOnly: false, response: 'key ARN' },
  uses: { keys: 'write' },

  async handle({ key, stores }) {
    // Whoever reads it sees PendingImport where material is missing.
    await stores.keys.update(key.record, { KeyState: 'Disabled', DeletionDate: undefined });
    return { KeyId: key.Arn };
  },
});
