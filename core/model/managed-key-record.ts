import type { Place } from './arn.ts';
import { addDays } from './days.ts';
import type { KeyRecord } from './key-record.ts';
import type { ManagedKey } from './managed-keys.ts';
import { newKeyRecord } from './new-key-record.ts';
import { policyText } from './policy-text.ts';

/** AWS rotates these keys every year, whatever the account wants. */
const rotationDays = 365;

/** The record of an AWS managed key of an account, with its first material. */
export const managedKeyRecord = (
  { protects, policyId: Id, statements }: ManagedKey,
  { KeyId, KeyMaterialId }: { readonly KeyId: string; readonly KeyMaterialId: string },
  place: Place,
  now: Date,
): KeyRecord => {
  const Policy = { Version: '2012-10-17', Id, Statement: statements.map((at) => at(place)) };
  const key = {
    KeyId,
    AccountId: place.accountId,
    CreationDate: now,
    Description: `Default key that protects my ${protects} when no other key is defined`,
    KeySpec: 'SYMMETRIC_DEFAULT',
    KeyUsage: 'ENCRYPT_DECRYPT',
    Origin: 'AWS_KMS',
    MultiRegion: false,
    Policy: policyText(Policy),
    Tags: [],
  } as const;
  const rotation = { periodDays: rotationDays, next: addDays(now, rotationDays) };
  return { ...newKeyRecord(key, KeyMaterialId), KeyManager: 'AWS', rotation };
};
