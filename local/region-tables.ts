import { DynamoDBClient, type DynamoDBClientConfig, paginateListTables } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { isRegion } from '../core/model/arn.ts';
import { createTables } from '../stores/dynamo/create-tables.ts';
import { dynamoStores } from '../stores/dynamo/stores.ts';
import type { Sweepers } from '../stores/ports.ts';
import { type DeletedKeys, withoutDeletedKeys } from './deleted-keys.ts';

/** Where Regions keep what they have. */
export interface RegionTables {
  /** Nothing is kept of what they read. */
  stores(region: string): Sweepers;
  /** Makes the tables of a Region, unless they are there. */
  create(region: string): Promise<void>;
  /** The names of the Regions that have tables; it reads the whole database. */
  regions(): Promise<readonly string[]>;
  close(): void;
}

/** Tables in a database with the API of DynamoDB. */
export const dynamoTables = (config: DynamoDBClientConfig, deletedKeys: DeletedKeys): RegionTables => {
  const client = new DynamoDBClient(config);
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const tableNameIn = (region: string) => (table: string) => `kms-${region}-${table}`;
  return {
    stores: (region) => withoutDeletedKeys(dynamoStores(documents, tableNameIn(region)), region, deletedKeys),
    create: (region) => createTables(client, tableNameIn(region)),
    async regions() {
      const names: string[] = [];
      for await (const { TableNames = [] } of paginateListTables({ client }, {})) {
        names.push(...TableNames.flatMap((table) => /^kms-(.+)-keys$/.exec(table)?.[1] ?? []));
      }
      return names.filter(isRegion);
    },
    close: () => client.destroy(),
  };
};
