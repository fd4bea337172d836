import { addDays } from '../../core/model/days.ts';
import { KmsError } from '../../core/model/errors.ts';
import { deletionDateAfter, multiRegionKeyType, replicasAt } from '../../core/model/related-keys.ts';
import { integer, keyId, withDefault } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Begins the waiting period of a key, after which it is gone. https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html */
export const scheduleKeyDeletion = operation({
  name: 'ScheduleKeyDeletion',
  // The model admits 1 to 365 days, the service 7 to 30.
  input: { KeyId: keyId(), PendingWindowInDays: withDefault(integer({ min: 1, max: 365 }), 30) },
  key: {
    from: 'KeyId',
    manager: 'CUSTOMER',
    idleDays: true,
    states: ['Enabled', 'Disabled', 'PendingImport', 'Creating'],
  },
  conditions: { ScheduleKeyDeletionPendingWindowInDays: 'PendingWindowInDays' },
  audit: { readOnly: false, response: ['KeyId', 'KeyState', 'DeletionDate', 'PendingWindowInDays'] },
  uses: { regions: 'write' },

  check({ PendingWindowInDays }) {
    if (PendingWindowInDays < 7 || PendingWindowInDays > 30) {
      throw new KmsError('ValidationException', 'PendingWindowInDays must be between 7 and 30');
    }
  },

  async handle({ input: { PendingWindowInDays }, key: { Arn: KeyId, record }, related, now }) {
    const KeyState = 'PendingDeletion';
    const replicas = replicasAt(record, now);
    if (multiRegionKeyType(record) === 'PRIMARY' && replicas.length > 0) {
      // Its waiting period begins when the last of its replicas is gone.
      const DeletionDate = deletionDateAfter(replicas, PendingWindowInDays);
      await related.update(record, { KeyState, DeletionDate, PendingDeletionWindowInDays: PendingWindowInDays });
      return { KeyId, KeyState: 'PendingReplicaDeletion', PendingWindowInDays };
    }
    const DeletionDate = addDays(now, PendingWindowInDays);
    await related.update(record, { KeyState, DeletionDate });
    return { KeyId, DeletionDate, KeyState, PendingWindowInDays };
  },
});
