import { keyArn, type Place } from './arn.ts';
import { expiryOf } from './key-materials.ts';
import { type KeyRecord, stateAt } from './key-record.ts';
import { algorithmMembers, algorithmsOf } from './key-specs.ts';
import { multiRegionConfiguration } from './related-keys.ts';

/**
 * KeyMetadata of a record by the clock, with the members AWS shows for such a key.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html
 */
export const keyMetadata = (record: KeyRecord, region: string, now: Date) => {
  const place: Place = { region, accountId: record.AccountId };
  const Arn = keyArn(place, record.KeyId);
  const KeyState = stateAt(record, now);
  return {
    AWSAccountId: record.AccountId,
    KeyId: record.KeyId,
    Arn,
    CreationDate: record.CreationDate,
    Enabled: KeyState === 'Enabled',
    Description: record.Description,
    KeyUsage: record.KeyUsage,
    KeyState,
    DeletionDate: KeyState === 'PendingDeletion' ? record.DeletionDate : undefined,
    PendingDeletionWindowInDays: KeyState === 'PendingReplicaDeletion' ? record.PendingDeletionWindowInDays : undefined,
    ...expiryOf(record, now),
    Origin: record.Origin,
    KeyManager: record.KeyManager ?? 'CUSTOMER',
    CustomerMasterKeySpec: record.KeySpec,
    KeySpec: record.KeySpec,
    [algorithmMembers[record.KeyUsage]]: algorithmsOf(record.KeySpec, record.KeyUsage),
    MultiRegion: record.MultiRegion,
    MultiRegionConfiguration: multiRegionConfiguration(record, region, now),
    // A replica shows none yet while it is made.
    CurrentKeyMaterialId:
      record.KeySpec === 'SYMMETRIC_DEFAULT' && KeyState !== 'Creating' ? record.currentKeyMaterialId : undefined,
  };
};
