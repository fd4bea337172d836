import type { AliasRecord, KeyRecord } from '../core/model/key-record.ts';
import { newRecordCache, type RecordCache } from './cache.ts';
import type { AliasSweeper, KeySweeper, Sweepers } from './ports.ts';

/** The copies of one Region, by the stores they are of. Keys go by `KeyId`, aliases by `aliasId`. */
export interface RecordCaches {
  readonly keys: RecordCache<KeyRecord>;
  readonly aliases: RecordCache<AliasRecord>;
}

export const newRecordCaches = (seconds: number): RecordCaches => ({
  keys: newRecordCache(seconds),
  aliases: newRecordCache(seconds),
});

/** The same stores, which keep the records they have read for `recordCacheSeconds`. Listings are always fresh. */
export const cachedStores = (
  stores: Sweepers,
  recordCacheSeconds: number,
  caches = newRecordCaches(recordCacheSeconds),
): Sweepers => ({
  keys: cachedKeys(stores.keys, caches.keys),
  aliases: cachedAliases(stores.aliases, caches.aliases),
  grants: stores.grants,
  usage: stores.usage,
});

const cachedKeys = (keys: KeySweeper, cache: RecordCaches['keys']): KeySweeper => ({
  ...keys,
  get: (KeyId) => cache.read(KeyId, () => keys.get(KeyId)),
  create: (record, material) => cache.write(record.KeyId, () => keys.create(record, material)),
  update: (record, change, material) => cache.write(record.KeyId, () => keys.update(record, change, material)),
  shred: (KeyId) => cache.write(KeyId, () => keys.shred(KeyId)),
  remove: (record) => cache.write(record.KeyId, () => keys.remove(record)),
});

const cachedAliases = (aliases: AliasSweeper, cache: RecordCaches['aliases']): AliasSweeper => ({
  ...aliases,
  get: (AccountId, AliasName) => cache.read(aliasId({ AccountId, AliasName }), () => aliases.get(AccountId, AliasName)),
  create: (alias) => cache.write(aliasId(alias), () => aliases.create(alias)),
  update: (alias, change) => cache.write(aliasId(alias), () => aliases.update(alias, change)),
  delete: (alias) => cache.write(aliasId(alias), () => aliases.delete(alias)),
});

const aliasId = ({ AccountId, AliasName }: Pick<AliasRecord, 'AccountId' | 'AliasName'>): string =>
  `${AccountId} ${AliasName}`;
