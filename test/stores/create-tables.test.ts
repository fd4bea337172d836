import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  ResourceNotFoundException,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectionOf, type Table, tables } from '../../core/model/tables.ts';
import { type EmbeddedDynamoDb, openEmbeddedDynamoDb } from '../../local/embedded-dynamodb.ts';
import { createTables } from '../../stores/dynamo/create-tables.ts';
import { sdkTables } from '../../stores/dynamo/sdk-tables.ts';

describe('against the embedded DynamoDB', () => {
  let embedded: EmbeddedDynamoDb;
  beforeEach(async () => {
    embedded = await openEmbeddedDynamoDb();
  });
  afterEach(() => embedded.close());

  const described = async (TableName: string): Promise<TableDescription | undefined> =>
    (await embedded.tables.describe({ TableName })).Table;

  it.each(Object.entries<Table>(tables))('makes the table %s as declared, ready for use', async (name, table) => {
    await createTables(embedded.tables, (table) => `us-east-1.${table}`);
    const found = await described(`us-east-1.${name}`);
    expect(found).toMatchObject({
      TableStatus: 'ACTIVE',
      KeySchema: keySchema(table),
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    });
    expect(found?.AttributeDefinitions?.every(({ AttributeType }) => AttributeType === 'S')).toBe(true);
    const indexes = found?.GlobalSecondaryIndexes?.map(({ IndexName, IndexStatus, KeySchema, Projection }) => ({
      IndexName,
      IndexStatus,
      KeySchema,
      Projection,
    }));
    expect(indexes ?? []).toHaveLength(table.indexes.length);
    for (const index of table.indexes) {
      expect(indexes).toContainEqual({
        IndexName: index.name,
        IndexStatus: 'ACTIVE',
        KeySchema: keySchema(index),
        Projection: projectionOf(index),
      });
    }
  });

  it('leaves existing tables alone', async () => {
    await createTables(embedded.tables, (table) => table);
    const before = (await described('keys'))?.TableId;
    await createTables(embedded.tables, (table) => table);
    expect(before).toBeDefined();
    expect((await described('keys'))?.TableId).toBe(before);
  });

  it('may run several times at once', async () => {
    await Promise.all(Array.from({ length: 5 }, () => createTables(embedded.tables, (table) => table)));
    expect(await described('grants')).toMatchObject({ TableStatus: 'ACTIVE' });
  });
});

describe('against an endpoint that takes its time', () => {
  const client = new DynamoDBClient({ region: 'us-east-1' });
  const dynamo = mockClient(client);
  beforeEach(() => dynamo.reset());

  const missing = new ResourceNotFoundException({ $metadata: {}, message: '' });
  const creating = { Table: { TableStatus: 'CREATING' as const } };
  const indexing = {
    Table: { TableStatus: 'ACTIVE' as const, GlobalSecondaryIndexes: [{ IndexStatus: 'CREATING' as const }] },
  };
  const active = {
    Table: { TableStatus: 'ACTIVE' as const, GlobalSecondaryIndexes: [{ IndexStatus: 'ACTIVE' as const }] },
  };

  /** What DescribeTable answers for the table keys, one by one; the other tables exist. */
  const keysAre = (...answers: (typeof missing | { Table: TableDescription })[]): void => {
    dynamo.on(DescribeTableCommand).resolves(active);
    const keys = dynamo.on(DescribeTableCommand, { TableName: 'keys' });
    for (const answer of answers.slice(0, -1)) {
      if (answer instanceof Error) keys.rejectsOnce(answer);
      else keys.resolvesOnce(answer);
    }
    keys.resolves(answers.at(-1) as { Table: TableDescription }); // every list below ends with a table
  };
  const describesOfKeys = () => dynamo.commandCalls(DescribeTableCommand, { TableName: 'keys' }).length;

  it('creates what is missing only, and waits for table and indexes', async () => {
    keysAre(missing, missing, creating, indexing, active);
    dynamo.on(CreateTableCommand).resolves({});
    await createTables(sdkTables(client), (table) => table);
    expect(dynamo.commandCalls(CreateTableCommand).map(({ args }) => args[0].input.TableName)).toEqual(['keys']);
    expect(describesOfKeys()).toBe(5);
  });

  it('waits for the table that another process created first', async () => {
    keysAre(missing, creating, active);
    dynamo.on(CreateTableCommand).rejects(new ResourceInUseException({ $metadata: {}, message: '' }));
    await createTables(sdkTables(client), (table) => table);
    expect(describesOfKeys()).toBe(3);
  });

  it('gives up after the limit, and says which table is not ready', async () => {
    keysAre(creating, creating);
    await expect(createTables(sdkTables(client), (table) => table, { limitSeconds: 0.05 })).rejects.toThrow(
      'Table keys is CREATING after 0.05 seconds',
    );
  });

  it('passes on other errors of the endpoint', async () => {
    keysAre(missing, active);
    dynamo.on(CreateTableCommand).rejects(new Error('AccessDenied'));
    await expect(createTables(sdkTables(client), (table) => table)).rejects.toThrow('AccessDenied');
  });
});

const keySchema = ({ partitionKey, sortKey }: { partitionKey: string; sortKey: string }) => [
  { AttributeName: partitionKey, KeyType: 'HASH' },
  { AttributeName: sortKey, KeyType: 'RANGE' },
];
