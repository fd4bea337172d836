import type { MaterialVersion } from './key-materials.ts';
import type { KeyRecord } from './key-record.ts';

/** What is said of a key when it is made; the rest follows from whether it has material. */
export type NewKey = Omit<
  KeyRecord,
  'KeyState' | 'DeletionDate' | 'currentKeyMaterialId' | 'materials' | 'rotation' | 'revision'
>;

/** The first record of a key: enabled with its first material, or waiting for an import without. */
export const newKeyRecord = (key: NewKey, KeyMaterialId: string | undefined): KeyRecord => {
  const first: MaterialVersion | undefined = KeyMaterialId ? { KeyMaterialId, KeyMaterialState: 'CURRENT' } : undefined;
  return {
    ...key,
    KeyState: first ? 'Enabled' : 'PendingImport',
    currentKeyMaterialId: KeyMaterialId,
    materials: first ? [first] : [],
    revision: 1,
  };
};
