import { isRegion } from '../core/model/arn.ts';
import { createTables } from '../stores/dynamo/create-tables.ts';
import type { Documents } from '../stores/dynamo/documents.ts';
import { dynamoStores } from '../stores/dynamo/stores.ts';
import type { TableApi } from '../stores/dynamo/table-api.ts';
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
}

/** Tables in a database with the API of DynamoDB. */
export const dynamoTables = (
  { documents, tables }: { readonly documents: Documents; readonly tables: TableApi },
  deletedKeys: DeletedKeys,
): RegionTables => {
  const tableNameIn = (region: string) => (table: string) => `kms-${region}-${table}`;
  return {
    stores: (region) => withoutDeletedKeys(dynamoStores(documents, tableNameIn(region)), region, deletedKeys),
    create: (region) => createTables(tables, tableNameIn(region)),
    async regions() {
      const names: string[] = [];
      let ExclusiveStartTableName: string | undefined;
      do {
        const { TableNames = [], LastEvaluatedTableName } = await tables.list({ ExclusiveStartTableName });
        names.push(...TableNames.flatMap((table) => /^kms-(.+)-keys$/.exec(table)?.[1] ?? []));
        ExclusiveStartTableName = LastEvaluatedTableName;
      } while (ExclusiveStartTableName !== undefined);
      return names.filter(isRegion);
    },
  };
};
