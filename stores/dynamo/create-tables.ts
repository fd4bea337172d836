import { setTimeout as pause } from 'node:timers/promises';
import type { CreateTableCommandInput, KeySchemaElement, TableDescription } from '@aws-sdk/client-dynamodb';
import { projectionOf, type Table, type TableIndex, type TableName, tables } from '../../core/model/tables.ts';
import { isNamed } from './item.ts';
import type { TableApi } from './table-api.ts';

/** Real endpoints need about ten seconds for a table with indexes. */
const defaultLimitSeconds = 120;

/**
 * Creates the tables of one Region that do not exist yet, and returns when all can be used. An existing table is left as
 * it is, whatever its keys and indexes.
 *
 * @param tableNameOf the name at the endpoint for each of our tables
 * @throws {Error} when a table cannot be used within `limitSeconds`; the endpoint's own errors as they come
 */
export const createTables = async (
  api: TableApi,
  tableNameOf: (table: TableName) => string,
  { limitSeconds = defaultLimitSeconds }: { limitSeconds?: number } = {},
): Promise<void> => {
  const names = Object.keys(tables) as TableName[]; // Object.keys forgets the type of the keys
  await Promise.all(names.map((name) => createTable(api, tableNameOf(name), tables[name], limitSeconds)));
};

const createTable = async (api: TableApi, TableName: string, table: Table, limitSeconds: number): Promise<void> => {
  const found = await describe(api, TableName);
  if (found && isUsable(found)) return;
  if (!found) await api.create(createTableInput(TableName, table)).catch(unlessItExists);
  await untilUsable(api, TableName, limitSeconds);
};

/** @returns undefined without such a table, and for a moment after its creation, as DescribeTable is not consistent */
const describe = async (api: TableApi, TableName: string): Promise<TableDescription | undefined> => {
  try {
    return (await api.describe({ TableName })).Table;
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException')) return undefined;
    throw error;
  }
};

const unlessItExists = (error: unknown): void => {
  if (!isNamed(error, 'ResourceInUseException')) throw error;
};

const untilUsable = async (api: TableApi, TableName: string, limitSeconds: number): Promise<void> => {
  const deadline = performance.now() + limitSeconds * 1000;
  for (let waitMs = 2; ; waitMs = Math.min(waitMs * 2, 1000)) {
    const found = await describe(api, TableName);
    if (found && isUsable(found)) return;
    if (performance.now() + waitMs > deadline) {
      const status = found?.TableStatus ?? 'not to be found';
      throw new Error(`Table ${TableName} is ${status} after ${limitSeconds} seconds`);
    }
    await pause(waitMs);
  }
};

/** A table under change (UPDATING) serves as before; Alternator may leave out the status of an index. */
const isUsable = ({ TableStatus, GlobalSecondaryIndexes = [] }: TableDescription): boolean =>
  (TableStatus === 'ACTIVE' || TableStatus === 'UPDATING') &&
  GlobalSecondaryIndexes.every(({ IndexStatus }) => IndexStatus !== 'CREATING' && IndexStatus !== 'DELETING');

const createTableInput = (TableName: string, table: Table): CreateTableCommandInput => ({
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: keyAttributes(table).map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
  KeySchema: keySchema(table),
  // DynamoDB refuses an empty list.
  ...(table.indexes.length > 0 && { GlobalSecondaryIndexes: table.indexes.map(indexInput) }),
});

const indexInput = (index: TableIndex) => ({
  IndexName: index.name,
  KeySchema: keySchema(index),
  Projection: projectionOf(index),
});

type Keyed = Pick<Table, 'partitionKey' | 'sortKey'>;

const keySchema = ({ partitionKey, sortKey }: Keyed): KeySchemaElement[] => [
  { AttributeName: partitionKey, KeyType: 'HASH' },
  { AttributeName: sortKey, KeyType: 'RANGE' },
];

/** Each once: DynamoDB refuses a definition that is repeated, or used by no key. */
const keyAttributes = (table: Table): string[] => [
  ...new Set([table, ...table.indexes].flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey])),
];
