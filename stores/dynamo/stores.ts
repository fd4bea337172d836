import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { namesOf, type StoreFunctions, type StoreName, type Sweepers } from '../ports.ts';
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

/** Just the functions that are declared. */
export const storesWithin = (stores: Sweepers, declared: StoreFunctions): Partial<Sweepers> =>
  Object.fromEntries(namesOf(declared).map((name) => [name, picked(stores[name], declared[name] ?? [])]));

const picked = (store: object, functions: readonly string[]): object =>
  Object.fromEntries(Object.entries(store).filter(([name]) => functions.includes(name)));
