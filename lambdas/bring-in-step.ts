import { inStep, type KeySet } from '../core/model/in-step.ts';
import { newKeyId } from '../core/model/key-id.ts';
import { isPermanent } from '../core/model/key-materials.ts';
import type { KeyRecord } from '../core/model/key-record.ts';
import { withEvent } from '../core/model/lifecycle-event.ts';
import { isGone } from '../core/model/related-keys.ts';
import { StaleRecordError } from '../stores/ports.ts';
import type { Runtime } from './pipeline/ports.ts';
import { type Reach, UnreachableRegionError } from './reach-regions.ts';

/** How often keys are read again that others change meanwhile. */
const mostAttempts = 10;

/**
 * Has all keys of a set agree that can be reached; without effect when they do.
 *
 * @param ahead stands for the record of the Region of the call, which is about to become so; only the others are changed
 * @throws {UnreachableRegionError} of the primary's Region: nothing was done after that; of another: all others agree
 */
export type BringInStep = (KeyId: string, ahead?: KeyRecord) => Promise<void>;

export const newBringInStep = (
  reach: Reach,
  { region, random }: Pick<Runtime, 'region' | 'random'>,
  now: Date,
): BringInStep => {
  const attempt = async (KeyId: string, ahead: KeyRecord | undefined): Promise<void> => {
    const set = await gather(KeyId, ahead);
    if (set === undefined) return;
    let left = set.failures[0];
    for (const [Region, change] of inStep(set, now)) {
      if (Region === region && ahead) continue;
      try {
        await apply(set, Region, change);
      } catch (error) {
        // Who follows must not know of a change before the primary does.
        if (!(error instanceof UnreachableRegionError) || Region === set.primaryRegion) throw error;
        left ??= error;
      }
    }
    if (left) throw left;
  };

  const gather = async (KeyId: string, ahead: KeyRecord | undefined) => {
    const records = new Map<string, KeyRecord>();
    const read = async (Region: string) => {
      const record = ahead && Region === region ? ahead : await reach.keys(Region, (keys) => keys.get(KeyId));
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
    const unread = replicas.filter((replica) => !records.has(replica.Region) && !isGone(replica, now));
    const failures: UnreachableRegionError[] = [];
    const readIfReachable = ({ Region }: { readonly Region: string }) =>
      read(Region).catch((error: unknown) => {
        if (!(error instanceof UnreachableRegionError)) throw error;
        failures.push(error);
      });
    await Promise.all(unread.map(readIfReachable));
    return { primaryRegion, replicas, records, failures, unreachable: failures.map((failure) => failure.region) };
  };

  const apply = async ({ primaryRegion, records }: KeySet, Region: string, change: Partial<KeyRecord>) => {
    const record = records.get(Region);
    if (record === undefined) return;
    const { KeyId, Origin } = record;
    const has = (versions: KeyRecord['materials'], id: string) => versions.some((known) => known.KeyMaterialId === id);
    for (const { KeyMaterialId } of change.materials ?? []) {
      if (Origin !== 'AWS_KMS' || has(record.materials, KeyMaterialId)) continue;
      const material = await reach.keys(primaryRegion, (keys) => keys.material(KeyId, KeyMaterialId));
      if (material) await reach.keys(Region, (keys) => keys.addMaterial(material));
    }
    // What was to become current one day, and no longer is.
    const dropped = record.materials.filter(
      (version) => change.materials && !has(change.materials, version.KeyMaterialId) && !isPermanent(version),
    );
    const eventName = 'SynchronizeMultiRegionKey';
    const isReady = change.passing?.KeyState === 'Creating'; // its first word from the others
    const isSynchronized =
      Region !== primaryRegion && !isReady && (change.materials !== undefined || 'rotation' in change);
    const event = { eventID: newKeyId(random(16), false), eventName, eventTime: now } as const;
    await reach.keys(Region, async (keys) => {
      const items = await Promise.all(dropped.map(({ KeyMaterialId }) => keys.material(KeyId, KeyMaterialId)));
      await keys.update(record, isSynchronized ? { ...change, ...withEvent(record, event) } : change);
      for (const item of items) if (item) await keys.deleteMaterial(item);
    });
  };

  return async (KeyId, ahead) => {
    for (let tries = 1; tries <= mostAttempts; tries += 1) {
      try {
        return await attempt(KeyId, ahead);
      } catch (error) {
        if (!(error instanceof StaleRecordError)) throw error;
      }
    }
    // No StaleRecordError: what the call itself had to write is written, and must not be written again.
    throw new Error(`the keys ${KeyId} change too fast to be brought in step`);
  };
};
