import { hasMaterial, isPermanent, type MaterialVersion, type PendingState } from './key-materials.ts';
import type { KeyRecord } from './key-record.ts';
import { deletionDateAfter, isGone, type OwnProperties, passing, type Replica } from './related-keys.ts';
import { isSame } from './same.ts';

/** The records of a multi-Region key, by Region, as they are stored, and the replicas that are known of. */
export interface KeySet {
  readonly primaryRegion: string;
  readonly replicas: readonly Replica[];
  readonly records: ReadonlyMap<string, KeyRecord>;
  /** Regions of replicas whose records could not be read: what is known of them stays as it is. */
  readonly unreachable: readonly string[];
}

/**
 * What must change for the keys of a set to agree, the primary first: empty when they do. The primary has the say on
 * everything that is shared, each replica on its own end and on what was imported into it.
 */
export const inStep = (set: KeySet, now: Date): ReadonlyMap<string, Partial<KeyRecord>> => {
  const { primaryRegion, records, unreachable } = set;
  const stored = records.get(primaryRegion);
  if (stored === undefined) return new Map();
  const isKnown = (replica: Replica) => !isGone(replica, now) && !unreachable.includes(replica.Region);
  const replicas = set.replicas.map((replica) => (isKnown(replica) ? lookAgain(replica, set, now) : replica));
  const living = replicas.flatMap((replica) => {
    const record = records.get(replica.Region);
    return record && !isGone(replica, now) ? [[replica.Region, record] as const] : [];
  });

  const { PendingDeletionWindowInDays: days } = stored;
  const ofPrimary: Partial<KeyRecord> = {
    related: { replicas },
    materials: judgePending(stored.materials, living, unreachable.length === 0, now),
    ...(days !== undefined && { DeletionDate: deletionDateAfter(replicas, days) }),
    // It does not know yet that it is the primary.
    ...(stored.related?.primaryRegion !== undefined && { passing: passing('Updating', now) }),
  };
  const primary = { ...stored, ...ofPrimary };
  const changes = new Map([[primaryRegion, ofPrimary]]);
  // Replicas that are being made come last: they are ready once the others know of them.
  const inOrder = living.toSorted(([, a], [, b]) => Number(isUnfinished(a)) - Number(isUnfinished(b)));
  for (const [Region, record] of inOrder) {
    const ready = isUnfinished(record) && { passing: passing('Creating', now) };
    changes.set(Region, { ...shared(primary, primaryRegion, replicas, record.materials), ...ready });
  }
  return new Map([...changes].filter(([Region, change]) => differs(records.get(Region), change)));
};

/** A replica without a record was deleted and swept away before the others heard of it. */
const lookAgain = ({ Region }: Replica, { records }: KeySet, now: Date): Replica => {
  const record = records.get(Region);
  return { Region, DeletionDate: record ? record.DeletionDate : now };
};

/** Imported material waits until all have it, as far as can be told; then it may become current. */
const judgePending = (
  materials: readonly MaterialVersion[],
  living: readonly (readonly [string, KeyRecord])[],
  areAllKnown: boolean,
  now: Date,
): readonly MaterialVersion[] =>
  materials.map((version) => {
    if (isPermanent(version)) return version;
    const everywhere = areAllKnown && living.every(([, replica]) => hasMaterial(replica, version.KeyMaterialId, now));
    const KeyMaterialState: PendingState = everywhere ? 'PENDING_ROTATION' : 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION';
    return { ...version, KeyMaterialState };
  });

/** The shared properties as a replica's record holds them. */
const shared = (
  primary: KeyRecord,
  primaryRegion: string,
  replicas: readonly Replica[],
  own: readonly MaterialVersion[],
): Pick<KeyRecord, 'related' | 'rotation' | 'currentKeyMaterialId' | 'materials'> => ({
  related: { primaryRegion, replicas },
  rotation: primary.rotation,
  currentKeyMaterialId: primary.currentKeyMaterialId,
  materials: primary.materials.map((version) => {
    if (version.imported === undefined) return version;
    const { KeyMaterialDescription, PublicKey } = version.imported;
    const known = own.find(({ KeyMaterialId }) => KeyMaterialId === version.KeyMaterialId);
    const { ImportState = 'PENDING_IMPORT', ExpirationModel, ValidTo } = known?.imported ?? {};
    return { ...version, imported: { ImportState, ExpirationModel, ValidTo, KeyMaterialDescription, PublicKey } };
  }),
});

/** A replica as it begins: not usable before the others know of it. */
const isUnfinished = ({ passing: state }: KeyRecord): boolean =>
  state?.KeyState === 'Creating' && state.until === undefined;

/** The record of such a replica. */
export const newReplica = (
  primary: KeyRecord,
  primaryRegion: string,
  replicas: readonly Replica[],
  own: OwnProperties,
  now: Date,
): KeyRecord => ({
  KeyId: primary.KeyId,
  AccountId: primary.AccountId,
  CreationDate: now,
  KeySpec: primary.KeySpec,
  KeyUsage: primary.KeyUsage,
  Origin: primary.Origin,
  MultiRegion: true,
  KeyState: primary.Origin === 'EXTERNAL' ? 'PendingImport' : 'Enabled',
  passing: { KeyState: 'Creating' },
  ...own,
  ...shared(primary, primaryRegion, replicas, []),
  revision: 1,
});

const differs = (record: KeyRecord | undefined, change: Partial<KeyRecord>): boolean =>
  !isSame(record, { ...record, ...change });
