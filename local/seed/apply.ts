import { keyArn } from '../../core/model/arn.ts';
import type { Caller } from '../../core/model/caller.ts';
import { KmsError } from '../../core/model/errors.ts';
import type { KeyMaterial, KeyRecord } from '../../core/model/key-record.ts';
import { createAlias } from '../../lambdas/operations/create-alias.ts';
import type { KeyWriter } from '../../stores/ports.ts';
import { type Plan, planFor, type SeededRegion } from './plan.ts';
import { newSeedRecord } from './record.ts';
import { SeedError } from './seed-error.ts';
import type { SeedKey } from './seed-key.ts';

export interface Applied {
  readonly newKeys: number;
  readonly newAliases: number;
}

/**
 * Makes the keys and aliases of a seed that are not there. All is compared before anything is written: the whole seed
 * fits what is stored, or nothing changes. Keys come first, each with its material before its record, aliases last:
 * after a crash, the next start finds what is missing and goes on.
 *
 * @throws {SeedError} with a line for each difference
 */
export const applySeed = async (
  keys: readonly SeedKey[],
  regionOf: (name: string) => SeededRegion,
): Promise<Applied> => {
  for (const name of new Set(keys.map(({ region }) => region))) await regionOf(name).ready();
  const plans = await Promise.all(keys.map((seed) => planFor(seed, regionOf(seed.region).runtime)));
  const found = plans.flatMap(({ differences }) => differences);
  if (found.length > 0) throw new SeedError(found.join('\n'));

  // Material takes its time, so it is made side by side; what is written is written in order.
  const planned = await Promise.all(plans.map(withRecord));
  const missing = planned.filter(({ isNew }) => isNew);
  for (const { stores, record, material } of missing) await storeKey(stores.keys, record, material);
  for (const each of planned) for (const name of each.missingAliases) await makeAlias(each, name);
  return { newKeys: missing.length, newAliases: planned.flatMap(({ missingAliases }) => missingAliases).length };
};

interface Planned extends Plan {
  readonly record: KeyRecord;
  /** Of a new key. */
  readonly material: KeyMaterial | undefined;
  readonly isNew: boolean;
}

const withRecord = async (plan: Plan): Promise<Planned> => {
  const { seed, region, record } = plan;
  if (record !== undefined) return { ...plan, record, material: undefined, isNew: false };
  return { ...plan, ...(await newSeedRecord(seed, region.keyring, region.clock())), isNew: true };
};

const storeKey = async (keys: KeyWriter, record: KeyRecord, material: KeyMaterial | undefined): Promise<void> => {
  // A crash came before the record, which may have had another account or spec: the material would be bound to those.
  const left = material && (await keys.material(material.KeyId, material.KeyMaterialId));
  if (left) await keys.deleteMaterial(left);
  await keys.create(record, material);
};

/** By CreateAlias itself, as the account's root user would. */
const makeAlias = async (
  { seed: { AccountId, KeyId }, region, stores, record }: Planned,
  AliasName: string,
): Promise<void> => {
  const now = region.clock();
  const call = {
    input: { AliasName, TargetKeyId: KeyId },
    key: { record, Arn: keyArn({ region: region.region, accountId: AccountId }, KeyId), state: record.KeyState },
    caller: rootOf(AccountId),
    stores,
    now,
    region: region.region,
    random: region.random,
    quotas: region.quotas,
    fingerprint: String,
  };
  await createAlias.handle(call).catch((error: unknown) => {
    throw error instanceof KmsError ? new SeedError(`${AliasName}: ${error.message}`) : error;
  });
};

const rootOf = (accountId: string): Caller => ({
  accountId,
  arn: `arn:aws:iam::${accountId}:root`,
  type: 'Root',
  principalId: accountId,
  accessKeyId: '',
});
