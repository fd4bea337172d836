import { keyId } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Whether and when a key's material is rotated by itself: never, for keys that cannot be. https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html */
export const getKeyRotationStatus = operation({
  name: 'GetKeyRotationStatus',
  input: { KeyId: keyId() },
  key: { from: 'KeyId', acrossAccounts: true },
  audit: { readOnly: true },

  async handle({ key }) {
    const { rotation } = key.record;
    const KeyId = key.Arn;
    // A key that is to be deleted is not rotated, and goes on where it was when the deletion is cancelled. One that waits
    // for its replicas shows what it would go on with.
    if (rotation === undefined || key.state === 'PendingDeletion') return { KeyId, KeyRotationEnabled: false };
    const { periodDays: RotationPeriodInDays, next: NextRotationDate } = rotation;
    return { KeyId, KeyRotationEnabled: true, RotationPeriodInDays, NextRotationDate };
  },
});
