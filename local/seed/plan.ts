import { type AliasRecord, type KeyRecord, stateAt } from '../../core/model/key-record.ts';
import type { Runtime } from '../../lambdas/pipeline/ports.ts';
import type { KeyReader, Writers } from '../../stores/ports.ts';
import { differences } from './differences.ts';
import type { SeedKey } from './seed-key.ts';

/** The part of a Region that seeding needs. */
export interface SeededRegion {
  readonly runtime: Pick<Runtime, 'region' | 'clock' | 'random' | 'keyring' | 'quotas' | 'storesFor'>;
  ready(): Promise<void>;
}

/** A key of the seed beside what is stored. */
export interface Plan {
  readonly seed: SeedKey;
  readonly region: SeededRegion['runtime'];
  readonly stores: Pick<Writers, 'keys' | 'aliases'>;
  /** Undefined when the key is to be made. */
  readonly record: KeyRecord | undefined;
  /** The names that are to be made. */
  readonly missingAliases: readonly string[];
  /** For people; nothing may be written while there are any. */
  readonly differences: readonly string[];
}

/** Compares, and writes nothing. */
export const planFor = async (seed: SeedKey, region: SeededRegion['runtime']): Promise<Plan> => {
  const { keys, aliases } = region.storesFor({
    keys: ['get', 'material', 'create', 'deleteMaterial'],
    aliases: ['get', 'create', 'delete', 'countByKey'], // as CreateAlias does, which makes them
  });
  if (keys === undefined || aliases === undefined) throw new Error('there are no stores to seed');
  const now = region.clock();
  const record = await keys.get(seed.KeyId);
  const found = record === undefined ? [] : differences(seed, record, now).map((text) => `key ${seed.KeyId}: ${text}`);
  const missingAliases: string[] = [];
  for (const name of seed.aliases) {
    const stored = await aliases.get(seed.AccountId, name);
    if (stored?.TargetKeyId === seed.KeyId) continue;
    if (stored === undefined || (await isOrphan(stored, keys, now))) missingAliases.push(name);
    else found.push(`${name}: points to key ${stored.TargetKeyId} in the store, to key ${seed.KeyId} in the seed`);
  }
  return { seed, region, stores: { keys, aliases }, record, missingAliases, differences: found };
};

/** Its key is gone by the clock, and the alias with it; CreateAlias takes its place. */
const isOrphan = async ({ TargetKeyId }: AliasRecord, keys: KeyReader, now: Date): Promise<boolean> => {
  const owner = await keys.get(TargetKeyId);
  return owner === undefined || stateAt(owner, now) === undefined;
};
