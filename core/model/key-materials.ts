import type { ExpirationModel } from './key-import.ts';
import type { KeyRecord } from './key-record.ts';
import { rotationEvent, withEvent } from './lifecycle-event.ts';

export type RotationType = 'AUTOMATIC' | 'ON_DEMAND';

/** The longer one while related keys in other Regions have not imported the material yet. */
export type PendingState = 'PENDING_ROTATION' | 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION';

/** One version of a key's material, as its record knows it; the bytes are in an item of their own. */
export interface MaterialVersion {
  readonly KeyMaterialId: string;
  /** `CURRENT` encrypts and decrypts, `NON_CURRENT` only decrypts, the others do neither yet. */
  readonly KeyMaterialState: 'CURRENT' | 'NON_CURRENT' | PendingState;
  /** How it became current; absent for a key's first material, and until it does. */
  readonly rotation?: { readonly date: Date; readonly type: RotationType } | undefined;
  /** For keys of origin EXTERNAL. */
  readonly imported?: ImportFacts | undefined;
}

export interface ImportFacts {
  /** What was done; whether the material is there is `isPresent`'s answer. */
  readonly ImportState: 'IMPORTED' | 'PENDING_IMPORT';
  /** Only while imported. */
  readonly ExpirationModel?: ExpirationModel | undefined;
  /** From this instant on the material counts as deleted, unless it still waits for its rotation. */
  readonly ValidTo?: Date | undefined;
  readonly KeyMaterialDescription?: string | undefined;
  /** DER SubjectPublicKeyInfo of an asymmetric key, which outlives the private half. */
  readonly PublicKey?: Uint8Array | undefined;
}

/** Material that encrypts, or once did; what waits for its rotation is not the key's yet, and may go again. */
export const isPermanent = ({ KeyMaterialState }: MaterialVersion): boolean =>
  KeyMaterialState === 'CURRENT' || KeyMaterialState === 'NON_CURRENT';

/** Whether the material is there, by the clock: what waits for its rotation expires only once that has come, as on AWS. */
export const isPresent = (version: MaterialVersion, now: Date): boolean => {
  const { imported } = version;
  if (imported === undefined) return true;
  const hasExpired = isPermanent(version) && imported.ValidTo !== undefined && imported.ValidTo <= now;
  return imported.ImportState === 'IMPORTED' && !hasExpired;
};

export const hasMaterial = ({ materials }: KeyRecord, KeyMaterialId: string, now: Date): boolean =>
  materials.some((version) => version.KeyMaterialId === KeyMaterialId && isPresent(version, now));

/** Whether a key must wait for an import: it has no material yet, or lacks any of what it ever encrypted with. */
export const isMaterialMissing = ({ Origin, materials }: KeyRecord, now: Date): boolean => {
  if (Origin !== 'EXTERNAL') return false;
  const permanent = materials.filter(isPermanent);
  return permanent.length === 0 || !permanent.every((version) => isPresent(version, now));
};

/** Imported material that waits for its rotation. */
export const pendingMaterial = ({ materials }: KeyRecord): MaterialVersion | undefined =>
  materials.find((version) => !isPermanent(version) && version.imported?.ImportState === 'IMPORTED');

/** The versions when these have to be imported again; what else is known of them stays. */
export const withoutImported = ({ materials }: KeyRecord, ids: readonly string[]): readonly MaterialVersion[] =>
  materials.map((version) => {
    if (version.imported === undefined || !ids.includes(version.KeyMaterialId)) return version;
    const { KeyMaterialDescription, PublicKey } = version.imported;
    return { ...version, imported: { ImportState: 'PENDING_IMPORT', KeyMaterialDescription, PublicKey } };
  });

/**
 * A rotation as a change of the record: pending or new material becomes current; what was so stays for decryption.
 * @param eventID of the event to go on record
 */
export const rotateTo = (
  record: KeyRecord,
  KeyMaterialId: string,
  rotation: NonNullable<MaterialVersion['rotation']>,
  eventID: string,
): Pick<KeyRecord, 'materials' | 'currentKeyMaterialId' | 'pendingEvents'> => {
  const { materials } = record;
  const next = materials.find((version) => version.KeyMaterialId === KeyMaterialId);
  const retired = materials
    .filter((version) => version !== next)
    .map((version) =>
      version.KeyMaterialState === 'CURRENT' ? { ...version, KeyMaterialState: 'NON_CURRENT' as const } : version,
    );
  const current: MaterialVersion = { ...next, KeyMaterialId, KeyMaterialState: 'CURRENT', rotation };
  return {
    materials: [...retired, current],
    currentKeyMaterialId: KeyMaterialId,
    ...withEvent(record, rotationEvent(record, { KeyMaterialId, rotation }, eventID)),
  };
};

/** An entry of ListKeyRotations, which names the key by its ARN. https://docs.aws.amazon.com/kms/latest/APIReference/API_RotationsListEntry.html */
export const rotationEntry = (keyArn: string, version: MaterialVersion, now: Date) => {
  const { KeyMaterialId, KeyMaterialState, rotation, imported } = version;
  const present = isPresent(version, now);
  return {
    KeyId: keyArn,
    KeyMaterialId,
    KeyMaterialDescription: imported?.KeyMaterialDescription,
    ImportState: imported && (present ? 'IMPORTED' : 'PENDING_IMPORT'),
    KeyMaterialState,
    ExpirationModel: present ? imported?.ExpirationModel : undefined,
    ValidTo: present ? imported?.ValidTo : undefined,
    RotationDate: rotation?.date,
    RotationType: rotation?.type,
  };
};

/** ExpirationModel and ValidTo as KeyMetadata shows them: the earliest expiry of the permanent materials, if all are there. */
export const expiryOf = (
  record: KeyRecord,
  now: Date,
): { readonly ExpirationModel?: ExpirationModel; readonly ValidTo?: Date } => {
  if (record.Origin !== 'EXTERNAL' || isMaterialMissing(record, now)) return {};
  const permanent = record.materials.filter(isPermanent);
  const instants = permanent.flatMap(({ imported }) => imported?.ValidTo?.getTime() ?? []);
  if (instants.length === 0) return { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' };
  return { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: new Date(Math.min(...instants)) };
};
