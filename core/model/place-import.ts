import { KmsError } from './errors.ts';
import type { Key } from './key.ts';
import type { ImportType } from './key-import.ts';
import { type ImportFacts, isPermanent, type MaterialVersion, pendingMaterial } from './key-materials.ts';
import type { KeyRecord } from './key-record.ts';
import { isReplica } from './related-keys.ts';

/** Key material that was brought, and what was said of it. */
export interface BroughtMaterial extends Omit<ImportFacts, 'ImportState'> {
  readonly KeyMaterialId: string;
  /** Only for symmetric keys: others have their first material for ever. */
  readonly ImportType?: ImportType | undefined;
}

/**
 * Finds the place of imported material among what a key has: the same again, its first, or, for symmetric keys, the next.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_ImportKeyMaterial.html
 *
 * @returns the change of the record, and material that was to come one day and is not here, whose place is free
 * @throws {KmsError} IncorrectKeyMaterialException, or KMSInvalidStateException while other material is pending
 */
export const placeImport = (
  { record, Arn }: Pick<Key, 'record' | 'Arn'>,
  { KeyMaterialId, ImportType, ...facts }: BroughtMaterial,
): {
  readonly change: Pick<KeyRecord, 'materials' | 'currentKeyMaterialId'>;
  readonly missing: MaterialVersion | undefined;
} => {
  // A primary lacks what it did not import while it was a replica; what a replica lacks is its primary's to take back.
  const missing = isReplica(record)
    ? undefined
    : record.materials.find((version) => !isPermanent(version) && version.imported?.ImportState !== 'IMPORTED');
  const materials = record.materials.filter((version) => version !== missing);
  const known = materials.find((version) => version.KeyMaterialId === KeyMaterialId);
  const isFirst = materials.length === 0;
  const isNew = isFirst ? ImportType !== 'EXISTING_KEY_MATERIAL' : ImportType === 'NEW_KEY_MATERIAL';
  if (isNew && known !== undefined) {
    const message = `Key material (id: ${KeyMaterialId}) being imported as NEW_KEY_MATERIAL is already associated with KMS key ${Arn}.`;
    throw new KmsError('IncorrectKeyMaterialException', message);
  }
  if (!isNew && known === undefined) throw unexpectedMaterial(record.currentKeyMaterialId);

  if (known !== undefined) {
    const KeyMaterialDescription = facts.KeyMaterialDescription ?? known.imported?.KeyMaterialDescription;
    const again: MaterialVersion = {
      ...known,
      imported: { ...facts, KeyMaterialDescription, ImportState: 'IMPORTED' },
    };
    const change = {
      materials: materials.map((version) => (version === known ? again : version)),
      currentKeyMaterialId: record.currentKeyMaterialId,
    };
    return { change, missing };
  }

  const pending = pendingMaterial(record);
  if (pending !== undefined) {
    const message = `New key material (id: ${KeyMaterialId}) cannot be imported into KMS key ${Arn}, because another key material (id: ${pending.KeyMaterialId}) is pending rotation.`;
    throw new KmsError('KMSInvalidStateException', message);
  }
  const version: MaterialVersion = {
    KeyMaterialId,
    KeyMaterialState: isFirst ? 'CURRENT' : 'PENDING_ROTATION',
    imported: { ...facts, ImportState: 'IMPORTED' },
  };
  const currentKeyMaterialId = isFirst ? KeyMaterialId : record.currentKeyMaterialId;
  return { change: { materials: [...materials, version], currentKeyMaterialId }, missing };
};

/**
 * What material answers that is none of those it may be.
 * @param expected the id of the one it should have been; there is none before the first
 */
export const unexpectedMaterial = (expected: string | undefined): KmsError =>
  new KmsError(
    'IncorrectKeyMaterialException',
    expected && `Imported key material does not have the expected identifier (${expected}).`,
  );
