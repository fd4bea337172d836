import { keyArn, partitionOf } from '../../core/model/arn.ts';
import { addDays } from '../../core/model/days.ts';
import type { ImportedMaterial } from '../../core/model/key.ts';
import { defaultKeyPolicy } from '../../core/model/key-policy.ts';
import type { KeyMaterial, KeyRecord } from '../../core/model/key-record.ts';
import { newKeyRecord } from '../../core/model/new-key-record.ts';
import { placeImport } from '../../core/model/place-import.ts';
import { mergeTags } from '../../core/model/tags.ts';
import type { Keyring } from '../../lambdas/pipeline/ports.ts';
import type { SeedKey } from './seed-key.ts';

/** The first record of a key of the seed, and its material, which is fresh where the seed gives none. */
export const newSeedRecord = async (
  seed: SeedKey,
  keyring: Keyring,
  now: Date,
): Promise<{ readonly record: KeyRecord; readonly material: KeyMaterial | undefined }> => {
  const { KeyId, AccountId, KeySpec, KeyUsage, Origin, MultiRegion, rotationPeriodDays: periodDays } = seed;
  const given = seed.material && (await keyring.keepMaterial(seed, seed.material));
  const own = Origin === 'EXTERNAL' ? undefined : (given?.material ?? (await keyring.newMaterial(seed)));
  const made = newKeyRecord(
    {
      KeyId,
      AccountId,
      KeySpec,
      KeyUsage,
      Origin,
      MultiRegion,
      CreationDate: seed.CreationDate ?? now,
      Description: seed.Description ?? '',
      Policy: seed.Policy ?? defaultKeyPolicy(AccountId, partitionOf(seed.region)),
      Tags: mergeTags([], seed.Tags),
    },
    own?.KeyMaterialId,
  );
  const complete = Origin === 'EXTERNAL' && given ? imported(made, seed.region, given) : made;
  const record: KeyRecord = {
    ...complete,
    ...(seed.enabled === false && { KeyState: 'Disabled' }),
    ...(periodDays !== undefined && { rotation: { periodDays, next: addDays(now, periodDays) } }),
  };
  return { record, material: own ?? given?.material };
};

/** As ImportKeyMaterial leaves a key whose material does not expire. */
const imported = (record: KeyRecord, region: string, { material, PublicKey }: ImportedMaterial): KeyRecord => {
  const Arn = keyArn({ region, accountId: record.AccountId }, record.KeyId);
  const { KeyMaterialId } = material;
  const ExpirationModel = 'KEY_MATERIAL_DOES_NOT_EXPIRE';
  const { change } = placeImport({ record, Arn }, { KeyMaterialId, ExpirationModel, PublicKey });
  return { ...record, ...change, KeyState: 'Enabled' };
};
