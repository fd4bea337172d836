import { refuseOrigin } from '../../core/model/key-states.ts';
import { keyId } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Whether and when a key's material is rotated by itself: never, for keys that cannot be. https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html */
export const getKeyRotationStatus = operation({
  name: 'GetKeyRotationStatus',
  input: { KeyId: keyId() },
  key: { from: 'KeyId', acrossAccounts: true },
  audit: { readOnly: true },

  async handle({ key }) {
    const { Origin, rotation } = key.record;
    const KeyId = key.Arn;
    // The key state table, footnote 6: keys that wait for material have no status; with it, theirs is false.
    const refusal = key.state === 'PendingImport' && refuseOrigin(KeyId, Origin, ['AWS_KMS']);
    if (refusal) throw refusal;
    // A key that is to be deleted is not rotated, and goes on where it was when the deletion is cancelled.
    if (rotation === undefined || key.record.KeyState === 'PendingDeletion')
      return { KeyId, KeyRotationEnabled: false };
    const { periodDays: RotationPeriodInDays, next: NextRotationDate } = rotation;
    return { KeyId, KeyRotationEnabled: true, RotationPeriodInDays, NextRotationDate };
  },
});
