import type { StoreName, Sweepers } from '../ports.ts';
import { dynamoAliases } from './aliases.ts';
import type { Documents } from './documents.ts';
import { dynamoGrants } from './grants.ts';
import { dynamoKeys } from './keys.ts';
import { dynamoUsage } from './usage.ts';

/** All stores of one Region. */
export const dynamoStores = (documents: Documents, tableNameOf: (table: StoreName) => string): Sweepers => ({
  keys: dynamoKeys(documents, tableNameOf('keys')),
  aliases: dynamoAliases(documents, tableNameOf('aliases')),
  grants: dynamoGrants(documents, tableNameOf('grants')),
  usage: dynamoUsage(documents, tableNameOf('usage')),
});
