import { keyArn } from './arn.ts';
import { addDays } from './days.ts';
import type { KeyMaterial, KeyRecord, PassingState } from './key-record.ts';

/**
 * Multi-Region keys: a primary and its replicas, one a Region, with the same id and material.
 * https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html
 */

/** What each key of a set knows of the others. */
export interface Related {
  /** Where the primary is; absent of the primary itself. */
  readonly primaryRegion?: string | undefined;
  /** All replicas; those that are gone stay on the list until there is another in their Region. */
  readonly replicas: readonly Replica[];
}

export interface Replica {
  readonly Region: string;
  /** From this instant on the replica does not exist. */
  readonly DeletionDate?: Date | undefined;
}

/** Writes that concern more than one key of a set. What a single-Region key has no use for is left out for it. */
export interface RelatedKeys {
  /**
   * Changes the record, then what its related keys share with it: those that cannot be reached hear of it later.
   * @throws {StaleRecordError} when another write to the record came first
   * @throws {KmsError} when a Region cannot be reached that must know before: material that KMS made is in every Region
   * first, and a primary knows of a replica that is to stay after all. Nothing has changed then.
   */
  update(record: KeyRecord, change: Partial<KeyRecord>, material?: KeyMaterial): Promise<void>;
  /** The records of the other keys of the set. */
  others(record: KeyRecord): Promise<readonly KeyRecord[]>;
}

export interface ReplicaMaker {
  /**
   * Makes a replica of the primary.
   * @throws {KmsError} AlreadyExistsException while there is one in that Region; UnsupportedOperationException for a
   * Region where this service is not
   * @throws {StaleRecordError} when another write to one of the two came first
   */
  replicate(primary: KeyRecord, Region: string, own: OwnProperties): Promise<KeyRecord>;
}

/** What a replica does not take from its primary. */
export type OwnProperties = Pick<KeyRecord, 'Description' | 'Policy' | 'Tags'>;

/** How long a key that is ready shows `Creating` or `Updating`, so that code which does not wait for it fails here too. */
const passingSeconds = 1;

export const passing = (KeyState: PassingState['KeyState'], now: Date): PassingState => ({
  KeyState,
  until: new Date(now.getTime() + passingSeconds * 1000),
});

export const multiRegionKeyType = ({ MultiRegion, related }: KeyRecord): 'PRIMARY' | 'REPLICA' | undefined => {
  if (!MultiRegion) return undefined;
  return related?.primaryRegion === undefined ? 'PRIMARY' : 'REPLICA';
};

export const isReplica = (record: KeyRecord): boolean => multiRegionKeyType(record) === 'REPLICA';

export const isGone = ({ DeletionDate }: Pick<Replica, 'DeletionDate'>, now: Date): boolean =>
  DeletionDate !== undefined && DeletionDate <= now;

/** The replicas of the set that exist, by the clock. */
export const replicasAt = ({ related }: KeyRecord, now: Date): readonly Replica[] =>
  (related?.replicas ?? []).filter((replica) => !isGone(replica, now));

/** The Regions of the other keys of the set. */
export const otherRegions = (record: KeyRecord, region: string, now: Date): readonly string[] => {
  const primaryRegion = record.related?.primaryRegion;
  const replicas = replicasAt(record, now).map(({ Region }) => Region);
  return [...(primaryRegion === undefined ? [] : [primaryRegion]), ...replicas].filter((other) => other !== region);
};

/** The list of replicas with one more, in place of one that is gone. */
export const withReplica = (replicas: readonly Replica[], Region: string): readonly Replica[] => [
  ...replicas.filter((replica) => replica.Region !== Region),
  { Region },
];

/** When a primary is gone that waits so many days after its last replica; unknown while one of them is to stay. */
export const deletionDateAfter = (replicas: readonly Replica[], days: number): Date | undefined => {
  const instants = replicas.map(({ DeletionDate }) => DeletionDate?.getTime() ?? Number.POSITIVE_INFINITY);
  const last = Math.max(...instants);
  return Number.isFinite(last) ? addDays(new Date(last), days) : undefined;
};

/** A primary that becomes a replica of what was a replica until now. */
export const demoted = (
  record: KeyRecord,
  region: string,
  primaryRegion: string,
  now: Date,
): Pick<KeyRecord, 'related' | 'passing'> => {
  const others = (record.related?.replicas ?? []).filter(({ Region }) => Region !== primaryRegion);
  return { related: { primaryRegion, replicas: withReplica(others, region) }, passing: passing('Updating', now) };
};

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_MultiRegionConfiguration.html */
export const multiRegionConfiguration = (record: KeyRecord, region: string, now: Date) => {
  const MultiRegionKeyType = multiRegionKeyType(record);
  if (MultiRegionKeyType === undefined) return undefined;
  const { KeyId, AccountId: accountId } = record;
  const keyIn = (Region: string) => ({ Arn: keyArn({ region: Region, accountId }, KeyId), Region });
  return {
    MultiRegionKeyType,
    PrimaryKey: keyIn(record.related?.primaryRegion ?? region),
    ReplicaKeys: replicasAt(record, now).map(({ Region }) => keyIn(Region)),
  };
};
