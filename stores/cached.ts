import type { AliasRecord, KeyRecord } from '../core/model/key-record.ts';
import { newRecordCache } from './cache.ts';
import type { AliasSweeper, KeySweeper, Sweepers } from './ports.ts';

/** The same stores, which keep the records they have read for `recordCacheSeconds`. Listings are always fresh. */
export const cachedStores = (stores: Sweepers, recordCacheSeconds: number): Sweepers => ({
  keys: cachedKeys(stores.keys, recordCacheSeconds),
  aliases: cachedAliases(stores.aliases, recordCacheSeconds),
  grants: stores.grants,
  usage: stores.usage,
});

const cachedKeys = (keys: KeySweeper, seconds: number): KeySweeper => {
  const cache = newRecordCache<KeyRecord>(seconds);
  return {
    ...keys,
    get: (KeyId) => cache.read(KeyId, () => keys.get(KeyId)),
    create: (record, material) => cache.write(record.KeyId, () => keys.create(record, material)),
    update: (record, change, material) => cache.write(record.KeyId, () => keys.update(record, change, material)),
    shred: (KeyId) => cache.write(KeyId, () => keys.shred(KeyId)),
    remove: (record) => cache.write(record.KeyId, () => keys.remove(record)),
  };
};

const cachedAliases = (aliases: AliasSweeper, seconds: number): AliasSweeper => {
  const cache = newRecordCache<AliasRecord>(seconds);
  const idOf = ({ AccountId, AliasName }: Pick<AliasRecord, 'AccountId' | 'AliasName'>) => `${AccountId} ${AliasName}`;
  return {
    ...aliases,
    get: (AccountId, AliasName) => cache.read(idOf({ AccountId, AliasName }), () => aliases.get(AccountId, AliasName)),
    create: (alias) => cache.write(idOf(alias), () => aliases.create(alias)),
    update: (alias, change) => cache.write(idOf(alias), () => aliases.update(alias, change)),
    delete: (alias) => cache.write(idOf(alias), () => aliases.delete(alias)),
  };
};
