import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DescribeTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import db from 'dynalite/db/index.js';
import { afterEach, expect, it } from 'vitest';
import { execute } from '../../local/embedded-dynamodb/operations.ts';
import { openEmbeddedDynamoDb } from '../../local/embedded-dynamodb.ts';
import { createTables } from '../../stores/dynamo/create-tables.ts';

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'embedded-dynamodb-'));
  endings.push(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'db');
};

/** With our tables, under their own names. */
const newDatabase = async (path?: string) => {
  const embedded = await openEmbeddedDynamoDb(path === undefined ? {} : { path });
  endings.push(() => embedded.close());
  const client = new DynamoDBClient(embedded.clientConfig);
  await createTables(client, (table) => table);
  return { ...embedded, client, documents: DynamoDBDocumentClient.from(client) };
};

const Key = { KeyId: 'k1', item: 'key' };

it('gives back what was put, bytes and nesting included', async () => {
  const { documents } = await newDatabase();
  const Item = { ...Key, bytes: Uint8Array.of(0, 127, 255), nested: { list: [1, 'ü', null, true] }, number: 2 ** 40 };
  await documents.send(new PutCommand({ TableName: 'keys', Item }));
  const read = await documents.send(new GetCommand({ TableName: 'keys', Key, ConsistentRead: true }));
  expect(read.Item).toEqual(Item);
});

it('has no item that was never put', async () => {
  const { documents } = await newDatabase();
  expect((await documents.send(new GetCommand({ TableName: 'keys', Key }))).Item).toBeUndefined();
});

it('answers a failed condition with the exception class of the SDK, and writes nothing', async () => {
  const { documents } = await newDatabase();
  await documents.send(new PutCommand({ TableName: 'keys', Item: { ...Key, revision: 1 } }));
  const again = new PutCommand({
    TableName: 'keys',
    Item: { ...Key, revision: 2 },
    ConditionExpression: 'attribute_not_exists(KeyId)',
  });
  await expect(documents.send(again)).rejects.toBeInstanceOf(ConditionalCheckFailedException);
  expect((await documents.send(new GetCommand({ TableName: 'keys', Key }))).Item).toMatchObject({ revision: 1 });
});

it('lets one of many concurrent conditional writes win', async () => {
  const { documents } = await newDatabase();
  const racers = Array.from({ length: 20 }, (_, racer) =>
    documents.send(
      new PutCommand({
        TableName: 'keys',
        Item: { ...Key, racer },
        ConditionExpression: 'attribute_not_exists(KeyId)',
      }),
    ),
  );
  const results = await Promise.allSettled(racers);
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

it('moves an index entry with its item, by put, update and delete', async () => {
  const { documents } = await newDatabase();
  const dueIn = async (bucket: string) => {
    const query = new QueryCommand({
      TableName: 'keys',
      IndexName: 'due',
      KeyConditionExpression: 'dueBucket = :bucket',
      ExpressionAttributeValues: { ':bucket': bucket },
    });
    return (await documents.send(query)).Items;
  };
  await documents.send(new PutCommand({ TableName: 'keys', Item: { ...Key, dueBucket: 'a', dueAt: '1', more: 1 } }));
  expect(await dueIn('a')).toEqual([{ ...Key, dueBucket: 'a', dueAt: '1' }]);

  await documents.send(new PutCommand({ TableName: 'keys', Item: { ...Key, dueBucket: 'b', dueAt: '2' } }));
  expect([await dueIn('a'), await dueIn('b')]).toEqual([[], [{ ...Key, dueBucket: 'b', dueAt: '2' }]]);

  const update = { UpdateExpression: 'SET dueBucket = :c', ExpressionAttributeValues: { ':c': 'c' } };
  await documents.send(new UpdateCommand({ TableName: 'keys', Key, ...update }));
  expect([await dueIn('b'), await dueIn('c')]).toEqual([[], [{ ...Key, dueBucket: 'c', dueAt: '2' }]]);

  await documents.send(new DeleteCommand({ TableName: 'keys', Key }));
  expect(await dueIn('c')).toEqual([]);
});

it('pages through a partition of an index, forwards and backwards', async () => {
  const { documents } = await newDatabase();
  const ids = Array.from({ length: 25 }, (_, index) => `k${String(index).padStart(2, '0')}`);
  for (const KeyId of ids) {
    await documents.send(new PutCommand({ TableName: 'keys', Item: { KeyId, item: 'key', AccountId: 'a' } }));
  }
  for (const ScanIndexForward of [true, false]) {
    const found: unknown[] = [];
    let ExclusiveStartKey: Record<string, unknown> | undefined;
    do {
      const query = new QueryCommand({
        TableName: 'keys',
        IndexName: 'by-account',
        KeyConditionExpression: 'AccountId = :a',
        ExpressionAttributeValues: { ':a': 'a' },
        Limit: 10,
        ScanIndexForward,
        ExclusiveStartKey,
      });
      const page = await documents.send(query);
      found.push(...(page.Items ?? []).map(({ KeyId }) => KeyId));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
    expect(found).toEqual(ScanIndexForward ? ids : ids.toReversed());
  }
});

it('opens no port', async () => {
  const { client } = await newDatabase();
  await client.send(new ListTablesCommand({}));
  expect(process.getActiveResourcesInfo().filter((resource) => resource.startsWith('TCP'))).toEqual([]);
});

it('refuses BatchWriteItem, which could part items from their index entries', async () => {
  const { client } = await newDatabase();
  const batch = { keys: [{ DeleteRequest: { Key: { KeyId: { S: 'k' }, item: { S: 'key' } } } }] };
  await expect(client.send(new BatchWriteItemCommand({ RequestItems: batch }))).rejects.toMatchObject({
    name: 'UnknownOperationException',
    message: 'The embedded DynamoDB does not offer BatchWriteItem',
  });
});

it('says that a table does not exist with the exception class of the SDK', async () => {
  const { client } = await newDatabase();
  const describe = client.send(new DescribeTableCommand({ TableName: 'unknown' }));
  await expect(describe).rejects.toBeInstanceOf(ResourceNotFoundException);
});

it('keeps what was put from one opening to the next, in a folder for the owner alone', async () => {
  const path = await newFolder();
  const first = await newDatabase(path);
  await first.documents.send(new PutCommand({ TableName: 'keys', Item: { ...Key, revision: 7 } }));
  await first.close();
  expect((await stat(path)).mode & 0o777).toBe(0o700);

  const second = await newDatabase(path);
  expect((await second.documents.send(new GetCommand({ TableName: 'keys', Key }))).Item).toMatchObject({ revision: 7 });
});

it('keeps nothing in memory from one opening to the next', async () => {
  const first = await newDatabase();
  await first.documents.send(new PutCommand({ TableName: 'keys', Item: Key }));
  const second = await newDatabase();
  expect((await second.documents.send(new GetCommand({ TableName: 'keys', Key }))).Item).toBeUndefined();
});

it('finishes running operations on close, and refuses later ones', async () => {
  const path = await newFolder();
  const { documents, close } = await newDatabase(path);
  const puts = Array.from({ length: 100 }, (_, index) =>
    documents.send(new PutCommand({ TableName: 'keys', Item: { KeyId: `k${index}`, item: 'key' } })),
  );
  await puts[0];
  await Promise.all([close(), close()]);
  await expect(documents.send(new GetCommand({ TableName: 'keys', Key }))).rejects.toThrow('embedded DynamoDB: closed');

  const results = await Promise.allSettled(puts);
  const reopened = await newDatabase(path);
  for (const [index, { status }] of results.entries()) {
    const found = await reopened.documents.send(
      new GetCommand({ TableName: 'keys', Key: { ...Key, KeyId: `k${index}` } }),
    );
    expect(found.Item !== undefined).toBe(status === 'fulfilled');
  }
  expect(results.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(1);
});

it('keeps serving when a client that shares it is destroyed', async () => {
  const { client, clientConfig } = await newDatabase();
  new DynamoDBClient(clientConfig).destroy();
  expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual(['aliases', 'grants', 'keys', 'usage']);
});

it('does not begin a request that was aborted', async () => {
  const { documents } = await newDatabase();
  const put = new PutCommand({ TableName: 'keys', Item: Key });
  await expect(documents.send(put, { abortSignal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
  expect((await documents.send(new GetCommand({ TableName: 'keys', Key }))).Item).toBeUndefined();
});

it('says why when the folder cannot be opened', async () => {
  const path = await newFolder();
  await newDatabase(path);
  await expect(openEmbeddedDynamoDb({ path })).rejects.toMatchObject({ cause: { code: 'LEVEL_LOCKED' } });
});

it('fails the one operation when LevelDB fails, and the process goes on', async () => {
  const store = db.create({});
  await store.db.close();
  const read = execute(store, 'DescribeTable', { TableName: 'keys' });
  await expect(read).rejects.toThrow('embedded DynamoDB: DescribeTable failed');
});
