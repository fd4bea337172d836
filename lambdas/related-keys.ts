import { KmsError } from '../core/model/errors.ts';
import { inStep, type KeySet, newReplica } from '../core/model/in-step.ts';
import { newKeyId } from '../core/model/key-id.ts';
import { isPermanent } from '../core/model/key-materials.ts';
import { type KeyMaterial, type KeyRecord, stateAt } from '../core/model/key-record.ts';
import { withEvent } from '../core/model/lifecycle-event.ts';
import { accountIn } from '../core/model/quotas.ts';
import { otherRegions, passing, type RelatedKeys, withReplica } from '../core/model/related-keys.ts';
import { type KeyWriter, StaleRecordError } from '../stores/ports.ts';
import { clearKey } from './clear-key.ts';
import type { Runtime } from './pipeline/ports.ts';

/** How often keys are read again that others change meanwhile. */
const mostAttempts = 10;

/**
 * Keeps the keys of a set in step across Regions. Each write is harmless by itself, should it be the last before a crash:
 * material comes first, then the record that decides, then those that follow it; whatever is missing then is made up
 * for by `bringInStep`, with the next write to any key of the set.
 *
 * @param keys the store of the Region of the call
 */
export const relatedKeys = (
  { region, inRegion, random, quotas }: Pick<Runtime, 'region' | 'inRegion' | 'random' | 'quotas'>,
  keys: KeyWriter,
  now: Date,
): RelatedKeys & {
  /** Has all keys of a set agree. For sweeps too: without effect when they do. */
  bringInStep(KeyId: string): Promise<void>;
} => {
  const keysIn = async (Region: string) => (Region === region ? keys : (await inRegion(Region)).keys);

  const bringInStep = async (KeyId: string, ahead?: KeyRecord): Promise<void> => {
    for (let tries = 1; tries <= mostAttempts; tries += 1) {
      const set = await gather(KeyId, ahead);
      if (set === undefined) return;
      try {
        for (const [Region, change] of inStep(set, now)) {
          if (Region !== region || !ahead) await apply(set, Region, change);
        }
        return;
      } catch (error) {
        if (!(error instanceof StaleRecordError)) throw error;
      }
    }
    // No StaleRecordError: what the call itself had to write is written, and must not be written again.
    throw new Error(`the keys ${KeyId} change too fast to be brought in step`);
  };

  /** @param ahead stands for the record of this Region, which is about to become so */
  const gather = async (KeyId: string, ahead: KeyRecord | undefined): Promise<KeySet | undefined> => {
    const records = new Map<string, KeyRecord>();
    const read = async (Region: string) => {
      const record = ahead && Region === region ? ahead : await (await keysIn(Region)).get(KeyId);
      if (record) records.set(Region, record);
      return record;
    };
    let primaryRegion = region;
    let primary = await read(region);
    let follower: KeyRecord | undefined;
    // Two that name each other: the call that was to change the primary was cut off. The one named by the other it is.
    for (let named = primary?.related?.primaryRegion; named !== undefined && !records.has(named); ) {
      follower = primary;
      primaryRegion = named;
      primary = await read(named);
      named = primary?.related?.primaryRegion;
    }
    if (primary === undefined) return undefined;
    const isAware = primary.related?.primaryRegion === undefined;
    const replicas = (isAware ? primary : follower)?.related?.replicas ?? [];
    for (const { Region } of replicas) if (!records.has(Region)) await read(Region);
    return { primaryRegion, replicas, records };
  };

  const apply = async ({ primaryRegion, records }: KeySet, Region: string, change: Partial<KeyRecord>) => {
    const record = records.get(Region);
    if (record === undefined) return;
    const { KeyId, Origin } = record;
    const store = await keysIn(Region);
    const has = (versions: KeyRecord['materials'], id: string) => versions.some((known) => known.KeyMaterialId === id);
    for (const { KeyMaterialId } of change.materials ?? []) {
      if (Origin !== 'AWS_KMS' || has(record.materials, KeyMaterialId)) continue;
      const material = await (await keysIn(primaryRegion)).material(KeyId, KeyMaterialId);
      if (material) await store.addMaterial(material);
    }
    // What was to become current one day, and no longer is.
    const dropped = record.materials.filter(
      (version) => change.materials && !has(change.materials, version.KeyMaterialId) && !isPermanent(version),
    );
    const items = await Promise.all(dropped.map(({ KeyMaterialId }) => store.material(KeyId, KeyMaterialId)));
    const eventName = 'SynchronizeMultiRegionKey';
    const isSynchronized = Region !== primaryRegion && (change.materials !== undefined || 'rotation' in change);
    const event = { eventID: newKeyId(random(16), false), eventName, eventTime: now } as const;
    await store.update(record, isSynchronized ? { ...change, ...withEvent(record, event) } : change);
    for (const item of items) if (item) await store.deleteMaterial(item);
  };

  const addEverywhere = async (material: KeyMaterial, regions: readonly string[]) => {
    for (const Region of regions) await (await keysIn(Region)).addMaterial(material);
  };

  return {
    bringInStep,

    async update(record, change, material) {
      const others = otherRegions(record, region, now);
      if (others.length > 0 && material && record.Origin === 'AWS_KMS') await addEverywhere(material, others);
      // A primary whose last replica is to stay must know it before it stays.
      const stays = record.DeletionDate !== undefined && 'DeletionDate' in change && change.DeletionDate === undefined;
      if (others.length > 0 && stays) await bringInStep(record.KeyId, { ...record, ...change });
      await keys.update(record, change, material);
      if (others.length > 0) await bringInStep(record.KeyId);
    },

    async others(record) {
      const records = otherRegions(record, region, now).map(async (Region) => (await keysIn(Region)).get(record.KeyId));
      return (await Promise.all(records)).filter((other) => other !== undefined);
    },

    async replicate(primary, Region, own) {
      const { KeyId, Origin } = primary;
      const there = await inRegion(Region);
      const existing = await there.keys.get(KeyId);
      const state = existing && stateAt(existing, now);
      if (existing && state === undefined) await clearKey(there, existing);
      // One whose making was cut off is made to the end.
      if (state !== undefined && (state !== 'Creating' || existing?.passing?.until !== undefined)) {
        throw new KmsError('AlreadyExistsException', `A key '${KeyId}' already exists in the Region ${Region}.`);
      }
      const known = primary.related?.replicas ?? [];
      const listed = otherRegions(primary, region, now).includes(Region);
      const replicas = listed ? known : withReplica(known, Region);
      const replica = newReplica(primary, region, replicas, own, now);

      // Creating, with no end, until all know of it.
      const begin = async (): Promise<KeyRecord> => {
        for (const { KeyMaterialId } of Origin === 'AWS_KMS' ? primary.materials : []) {
          const material = await keys.material(KeyId, KeyMaterialId);
          if (material) await there.keys.addMaterial(material);
        }
        if (existing) return there.keys.update(existing, inPlaceOf(existing, replica));
        await there.keys.create(replica, undefined).catch(unlessItCameFirst(there.keys, KeyId));
        return replica;
      };
      const owner = accountIn(Region, primary.AccountId);
      const count = (upTo: number) => there.keys.count(primary.AccountId, upTo, now);
      const begun = state === undefined ? await quotas.within('keys', owner, count, begin) : await begin();
      if (!listed) await keys.update(primary, { related: { replicas } });
      await bringInStep(KeyId);
      return there.keys.update(begun, { passing: passing('Creating', now) });
    },
  };
};

/** Everything of a record that makes another of the same id, and nothing of what was there. */
const inPlaceOf = (existing: KeyRecord, record: KeyRecord): KeyRecord => {
  const nothing = Object.fromEntries(Object.keys(existing).map((name) => [name, undefined]));
  return { ...nothing, ...record };
};

const unlessItCameFirst = (keys: KeyWriter, KeyId: string) => async (error: unknown) => {
  throw (await keys.get(KeyId)) ? new StaleRecordError('another call came first', { cause: error }) : error;
};
