import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type {
  Access,
  AliasReader,
  GrantReader,
  KeyReader,
  StoreName,
  Sweepers,
  UsageReader,
  Writers,
} from '../ports.ts';
import { dynamoAliases } from './aliases.ts';
import { dynamoGrants } from './grants.ts';
import { dynamoKeys } from './keys.ts';
import { dynamoUsage } from './usage.ts';

/** All stores of one Region. */
export const dynamoStores = (client: DynamoDBDocumentClient, tableNameOf: (table: StoreName) => string): Sweepers => ({
  keys: dynamoKeys(client, tableNameOf('keys')),
  aliases: dynamoAliases(client, tableNameOf('aliases')),
  grants: dynamoGrants(client, tableNameOf('grants')),
  usage: dynamoUsage(client, tableNameOf('usage')),
});

/** Just the stores that are declared, with just the functions their access allows. */
export const storesWithin = (
  stores: Sweepers,
  declared: readonly (readonly [StoreName, Access])[],
): Partial<Sweepers> => Object.fromEntries(declared.map(([name, access]) => [name, within[access](stores, name)]));

const within = {
  read: (stores: Sweepers, name: StoreName) => readers[name](stores),
  write: (stores: Sweepers, name: StoreName) =>
    Object.fromEntries(Object.entries(stores[name]).filter(([called]) => !sweeping.includes(called))),
  sweep: (stores: Sweepers, name: StoreName) => stores[name],
};

/** What only schedules are handed. */
const sweeping: readonly string[] = ['due', 'outboxEntry', 'scan', 'shred', 'remove', 'forget'];

const readers = {
  keys: ({ keys: { get, material, list, count } }: Writers): KeyReader => ({ get, material, list, count }),
  aliases: ({ aliases: { get, list, listByKey, countByKey } }: Writers): AliasReader => ({
    get,
    list,
    listByKey,
    countByKey,
  }),
  grants: ({ grants: { get, list, count, listRetirable, listByGrantee } }: Writers): GrantReader => ({
    get,
    list,
    count,
    listRetirable,
    listByGrantee,
  }),
  usage: ({ usage: { get } }: Writers): UsageReader => ({ get }),
};
