import { KmsError } from '../core/model/errors.ts';
import { newReplica } from '../core/model/in-step.ts';
import { type KeyMaterial, type KeyRecord, stateAt } from '../core/model/key-record.ts';
import { newOutboxEntry, type OutboxEntry } from '../core/model/outbox.ts';
import { accountIn } from '../core/model/quotas.ts';
import { otherRegions, type RelatedKeys, type ReplicaMaker, withReplica } from '../core/model/related-keys.ts';
import { type KeySweeper, type KeyWriter, StaleRecordError } from '../stores/ports.ts';
import { newBringInStep } from './bring-in-step.ts';
import { clearKey } from './clear-key.ts';
import type { Runtime } from './pipeline/ports.ts';
import { newReach, UnreachableRegionError } from './reach-regions.ts';
import type { KeysInStep } from './schedule.ts';

type World = Pick<Runtime, 'region' | 'inRegion' | 'random' | 'quotas' | 'log'>;

/**
 * Keeps the keys of a set in step across Regions. Each write is harmless by itself, should it be the last before a crash:
 * what all must have comes first, then the record that decides, in the Region of the call, then those that follow it.
 * Before it decides, a Region out of reach fails the call; after that, what is left to do stays in the outbox.
 *
 * @param keys the store of the Region of the call
 */
export const relatedKeys = (world: World, keys: KeyWriter, now: Date): RelatedKeys & ReplicaMaker => {
  const { region, random, quotas, log } = world;
  const reach = newReach(world, keys);
  const bringInStep = newBringInStep(reach, world, now);

  const addToOutbox = async (KeyId: string): Promise<OutboxEntry> => {
    const entry = newOutboxEntry(KeyId, random(16).toString('hex'), now);
    await keys.addToOutbox(entry);
    return entry;
  };

  /** Nothing here fails the call, for it has done what it was asked to. */
  const follow = async (entry: OutboxEntry): Promise<void> => {
    try {
      await bringInStep(entry.KeyId);
      await keys.removeFromOutbox(entry);
    } catch (error) {
      log({ level: 'warn', message: `the keys related to ${entry.KeyId} hear of its change later`, error });
    }
  };

  const addEverywhere = (material: KeyMaterial, regions: readonly string[]) =>
    Promise.all(regions.map((Region) => reach.keys(Region, (there) => there.addMaterial(material))));

  return {
    async update(record, change, material) {
      const others = otherRegions(record, region, now);
      if (others.length === 0) return void (await keys.update(record, change, material));
      if (material && record.Origin === 'AWS_KMS') await addEverywhere(material, others);
      const entry = await addToOutbox(record.KeyId);
      // A primary whose last replica is to stay must know it before it stays.
      const stays = record.DeletionDate !== undefined && 'DeletionDate' in change && change.DeletionDate === undefined;
      if (stays) {
        await bringInStep(record.KeyId, { ...record, ...change }).catch((error: unknown) => {
          const isOfPrimary =
            !(error instanceof UnreachableRegionError) || error.region === record.related?.primaryRegion;
          if (isOfPrimary) throw error;
        });
      }
      await keys.update(record, change, material);
      await follow(entry);
    },

    others: async (record) => {
      const records = otherRegions(record, region, now).map((other) => reach.keys(other, (k) => k.get(record.KeyId)));
      return (await Promise.all(records)).filter((other) => other !== undefined);
    },

    async replicate(primary, Region, own) {
      const { KeyId, Origin } = primary;
      const existing = await reach.stores(Region, async (there) => {
        const found = await there.keys.get(KeyId);
        if (found && stateAt(found, now) === undefined) await clearKey(there, found);
        return found;
      });
      const state = existing && stateAt(existing, now);
      // One whose making was cut off is made to the end.
      if (state !== undefined && (state !== 'Creating' || existing?.passing?.until !== undefined)) {
        const message = 'You can create only one replica of each primary key in each AWS Region.';
        throw new KmsError('AlreadyExistsException', message);
      }
      const known = primary.related?.replicas ?? [];
      const listed = otherRegions(primary, region, now).includes(Region);
      const replicas = listed ? known : withReplica(known, Region);
      const replica = newReplica(primary, region, replicas, own, now);

      // Creating, with no end, until all know of it.
      const begin = async (): Promise<KeyRecord> => {
        const versions = Origin === 'AWS_KMS' ? primary.materials : [];
        const materials = await Promise.all(versions.map(({ KeyMaterialId }) => keys.material(KeyId, KeyMaterialId)));
        return reach.keys(Region, async (there) => {
          for (const material of materials) if (material) await there.addMaterial(material);
          if (existing) return there.update(existing, inPlaceOf(existing, replica));
          await there.create(replica, undefined).catch(unlessItCameFirst(there, KeyId));
          return replica;
        });
      };
      const owner = accountIn(Region, primary.AccountId);
      const count = (upTo: number) => reach.keys(Region, (there) => there.count(primary.AccountId, upTo, now));
      const begun = state === undefined ? await quotas.within('keys', owner, count, begin) : await begin();
      const entry = await addToOutbox(KeyId);
      if (!listed) await keys.update(primary, { related: { replicas } });
      await follow(entry);
      const made = await reach.keys(Region, (there) => there.get(KeyId)).catch(unlessReachable);
      return made ?? begun;
    },
  };
};

/** What schedules do with the outbox of a Region, whose key store this is. */
export const keysInStep = (world: World, keys: KeySweeper, now: Date): KeysInStep => {
  const bringInStep = newBringInStep(newReach(world, keys), world, now);
  return {
    ...relatedKeys(world, keys, now),
    async catchUp(KeyId) {
      const entry = await keys.outboxEntry(KeyId);
      try {
        await bringInStep(KeyId);
      } catch (error) {
        if (!(error instanceof UnreachableRegionError)) throw error;
        world.log({ level: 'warn', message: `the keys related to ${KeyId} hear of its change later`, error });
        if (!entry) await keys.addToOutbox(newOutboxEntry(KeyId, world.random(16).toString('hex'), now));
        return false;
      }
      if (entry) await keys.removeFromOutbox(entry);
      return true;
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

const unlessReachable = (error: unknown): undefined => {
  if (!(error instanceof UnreachableRegionError)) throw error;
};
