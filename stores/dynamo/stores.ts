import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { StoreName, Sweepers } from '../ports.ts';
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
