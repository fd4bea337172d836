import { isDeepStrictEqual } from 'node:util';
import { isPresent } from '../../core/model/key-materials.ts';
import { type KeyRecord, stateAt } from '../../core/model/key-record.ts';
import type { SeedKey } from './seed-key.ts';

const longestShown = 60;
const shown = (value: unknown): string => {
  if (value === undefined) return 'none';
  const text = JSON.stringify(value instanceof Date ? value.toISOString() : value);
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
};

/**
 * Where a stored key is not as the seed has it; what the seed leaves open may be as it likes, and so may tags and
 * materials that came later.
 *
 * @returns for people, in the words of the seed file; empty when there is none
 */
export const differences = (seed: SeedKey, record: KeyRecord, now: Date): readonly string[] => {
  const state = stateAt(record, now);
  if (state === undefined) return [`was deleted in the store, on ${shown(record.DeletionDate)}`];
  const found: string[] = [];
  const compare = (name: string, stored: unknown, wanted: unknown) => {
    if (wanted === undefined || isDeepStrictEqual(stored, wanted)) return;
    found.push(`${name} is ${shown(stored)} in the store, ${shown(wanted)} in the seed`);
  };
  compare('account', record.AccountId, seed.AccountId);
  compare('keySpec', record.KeySpec, seed.KeySpec);
  compare('keyUsage', record.KeyUsage, seed.KeyUsage);
  compare('origin', record.Origin, seed.Origin);
  compare('description', record.Description, seed.Description);
  compare('creationDate', record.CreationDate, seed.CreationDate);
  compare('rotationPeriodInDays', record.rotation?.periodDays, seed.rotationPeriodDays);
  for (const { TagKey, TagValue } of seed.Tags) {
    compare(`tag ${TagKey}`, record.Tags.find((tag) => tag.TagKey === TagKey)?.TagValue, TagValue);
  }
  if (seed.Policy !== undefined && !isDeepStrictEqual(JSON.parse(record.Policy), JSON.parse(seed.Policy))) {
    found.push('policy is another one in the store');
  }
  if (state === 'PendingDeletion')
    found.push(`is scheduled for deletion in the store, on ${shown(record.DeletionDate)}`);
  else if (state !== 'PendingImport') compare('enabled', state === 'Enabled', seed.enabled);
  return [...found, ...materialDifferences(seed, record, now)];
};

/** By id: the same bytes of the same key have the same one, which tells nothing of them. */
const materialDifferences = ({ KeyMaterialId }: SeedKey, { materials }: KeyRecord, now: Date): readonly string[] => {
  if (KeyMaterialId === undefined) return [];
  const stored = materials.find((version) => version.KeyMaterialId === KeyMaterialId);
  if (stored === undefined) return ['material is another one in the store'];
  return isPresent(stored, now) ? [] : ['material was deleted in the store, or has expired'];
};
