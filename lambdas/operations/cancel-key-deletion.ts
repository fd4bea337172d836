import { keyId } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Ends the waiting period; the key is disabled then, or still waits for its material. https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html */
export const cancelKeyDeletion = operation({
  name: 'CancelKeyDeletion',
  input: { KeyId: keyId() },
  key: { from: 'KeyId', manager: 'CUSTOMER', states: ['PendingDeletion', 'PendingReplicaDeletion'] },
  audit: { readOnly: false, response: 'key ARN' },
  uses: { regions: 'write' },

  async handle({ key, related }) {
    const deletion = { DeletionDate: undefined, PendingDeletionWindowInDays: undefined };
    // Whoever reads it sees PendingImport where material is missing.
    await related.update(key.record, { KeyState: 'Disabled', ...deletion });
    return { KeyId: key.Arn };
  },
});
