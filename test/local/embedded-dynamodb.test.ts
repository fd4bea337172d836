import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchWriteItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import db from 'dynalite/db/index.js';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { execute } from '../../local/embedded-dynamodb/operations.ts';
import { openEmbeddedDynamoDb } from '../../local/embedded-dynamodb.ts';
import { createTables } from '../../stores/dynamo/create-tables.ts';
import type { Documents, Query } from '../../stores/dynamo/documents.ts';
import { sdkDocuments } from '../../stores/dynamo/sdk-documents.ts';
import { anyText } from '../any-text.ts';
import { sdkOn } from './embedded-sdk.ts';

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
  await createTables(embedded.tables, (table) => table);
  return embedded;
};

const Key = { KeyId: 'k1', item: 'key' };

it('gives back what was put, bytes and nesting included', async () => {
  const { documents } = await newDatabase();
  const Item = { ...Key, bytes: Uint8Array.of(0, 127, 255), nested: { list: [1, 'ü', null, true] }, number: 2 ** 40 };
  await documents.put({ TableName: 'keys', Item });
  const read = await documents.get({ TableName: 'keys', Key, ConsistentRead: true });
  expect(read.Item).toEqual(Item);
});

it('says and gives back what the document client of the SDK does', async () => {
  const database = await newDatabase();
  const sdk = sdkDocuments(sdkOn(database));
  // The SDK does not take objects with own members of the names that all have.
  const names = fc.string({ minLength: 1 }).filter((name) => !(name in {}));
  const values = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      anyText(),
      fc.integer(),
      fc.maxSafeInteger(),
      fc.integer().map((thousandths) => thousandths / 1000),
      fc.boolean(),
      fc.constant(null),
      fc.uint8Array(),
      fc.array(tie('value')),
      fc.dictionary(names, tie('value')),
    ),
  })).value;
  const ours = { TableName: 'keys', Key, ConsistentRead: true };
  await fc.assert(
    fc.asyncProperty(values, fc.boolean(), async (value, oursWrites) => {
      const Item = { ...Key, value, no: undefined };
      await (oursWrites ? database.documents : sdk).put({ TableName: 'keys', Item });
      const [one, other] = await Promise.all([database.documents.get(ours), sdk.get(ours)]);
      expect(one.Item).toStrictEqual(other.Item);
      expect(one.Item).toEqual(Item);
    }),
    { numRuns: 200 },
  );
});

it.each([new Date(0), () => 1, Symbol('s'), 1n, Number.NaN, 2 ** 53, Number.NEGATIVE_INFINITY])(
  'refuses %s, for which there is no type',
  async (value) => {
    const { documents } = await newDatabase();
    await expect(documents.put({ TableName: 'keys', Item: { ...Key, value } })).rejects.toThrow(TypeError);
  },
);

it('pages, counts, projects and tells what was deleted as the SDK does', async () => {
  const database = await newDatabase();
  const [ours, sdk] = [database.documents, sdkDocuments(sdkOn(database))];
  for (const item of ['a', 'b', 'c']) await ours.put({ TableName: 'keys', Item: { ...Key, item, more: 1 } });
  const KeyConditionExpression = 'KeyId = :id';
  const query = { TableName: 'keys', KeyConditionExpression, ExpressionAttributeValues: { ':id': 'k1' }, Limit: 2 };
  const answers = async (documents: Documents) => [
    await documents.query(query),
    await documents.query({ ...query, Select: 'COUNT' }),
    await documents.query({ ...query, ExclusiveStartKey: { ...Key, item: 'b' }, FilterExpression: undefined }),
    await documents.query({ ...query, ProjectionExpression: '#m', ExpressionAttributeNames: { '#m': 'more' } }),
    await documents.scan({ TableName: 'keys', Limit: 2, ExclusiveStartKey: undefined }),
    await documents.put({ TableName: 'keys', Item: { ...Key, item: 'd' } }),
    await documents.delete({ TableName: 'keys', Key: { ...Key, item: 'd' }, ReturnValues: 'ALL_OLD' }),
    await documents.delete({ TableName: 'keys', Key: { ...Key, item: 'd' }, ReturnValues: 'ALL_OLD' }),
  ];
  const withoutMetadata = (await answers(sdk)).map((answer) => ({ ...(answer as object), $metadata: undefined }));
  expect(await answers(ours)).toEqual(withoutMetadata);
});

it('has no item that was never put', async () => {
  const { documents } = await newDatabase();
  expect((await documents.get({ TableName: 'keys', Key })).Item).toBeUndefined();
});

it('answers a failed condition with the error of its name, and writes nothing', async () => {
  const { documents } = await newDatabase();
  await documents.put({ TableName: 'keys', Item: { ...Key, revision: 1 } });
  const again = documents.put({
    TableName: 'keys',
    Item: { ...Key, revision: 2 },
    ConditionExpression: 'attribute_not_exists(KeyId)',
  });
  await expect(again).rejects.toMatchObject({
    name: 'ConditionalCheckFailedException',
    message: 'The conditional request failed',
  });
  expect((await documents.get({ TableName: 'keys', Key })).Item).toMatchObject({ revision: 1 });
});

it('lets one of many concurrent conditional writes win', async () => {
  const { documents } = await newDatabase();
  const racers = Array.from({ length: 20 }, (_, racer) =>
    documents.put({
      TableName: 'keys',
      Item: { ...Key, racer },
      ConditionExpression: 'attribute_not_exists(KeyId)',
    }),
  );
  const results = await Promise.allSettled(racers);
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

it('moves an index entry with its item, by put, update and delete', async () => {
  const database = await newDatabase();
  const { documents } = database;
  const dueIn = async (bucket: string) => {
    const found = await documents.query({
      TableName: 'keys',
      IndexName: 'due',
      KeyConditionExpression: 'dueBucket = :bucket',
      ExpressionAttributeValues: { ':bucket': bucket },
    });
    return found.Items;
  };
  await documents.put({ TableName: 'keys', Item: { ...Key, dueBucket: 'a', dueAt: '1', more: 1 } });
  expect(await dueIn('a')).toEqual([{ ...Key, dueBucket: 'a', dueAt: '1' }]);

  await documents.put({ TableName: 'keys', Item: { ...Key, dueBucket: 'b', dueAt: '2' } });
  expect([await dueIn('a'), await dueIn('b')]).toEqual([[], [{ ...Key, dueBucket: 'b', dueAt: '2' }]]);

  const update = { UpdateExpression: 'SET dueBucket = :c', ExpressionAttributeValues: { ':c': { S: 'c' } } };
  await sdkOn(database).send(
    new UpdateItemCommand({ TableName: 'keys', Key: { KeyId: { S: Key.KeyId }, item: { S: Key.item } }, ...update }),
  );
  expect([await dueIn('b'), await dueIn('c')]).toEqual([[], [{ ...Key, dueBucket: 'c', dueAt: '2' }]]);

  await documents.delete({ TableName: 'keys', Key });
  expect(await dueIn('c')).toEqual([]);
});

it('pages through a partition of an index, forwards and backwards', async () => {
  const database = await newDatabase();
  const { documents } = database;
  const all = DynamoDBDocumentClient.from(sdkOn(database)); // stores read forwards only
  const ids = Array.from({ length: 25 }, (_, index) => `k${String(index).padStart(2, '0')}`);
  for (const KeyId of ids) {
    await documents.put({ TableName: 'keys', Item: { KeyId, item: 'key', AccountId: 'a' } });
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
      const page = await all.send(query);
      found.push(...(page.Items ?? []).map(({ KeyId }) => KeyId));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
    expect(found).toEqual(ScanIndexForward ? ids : ids.toReversed());
  }
});

it('opens no port', async () => {
  const { tables } = await newDatabase();
  await tables.list({});
  expect(process.getActiveResourcesInfo().filter((resource) => resource.startsWith('TCP'))).toEqual([]);
});

it('refuses BatchWriteItem, which could part items from their index entries', async () => {
  const client = sdkOn(await newDatabase());
  const batch = { keys: [{ DeleteRequest: { Key: { KeyId: { S: 'k' }, item: { S: 'key' } } } }] };
  await expect(client.send(new BatchWriteItemCommand({ RequestItems: batch }))).rejects.toMatchObject({
    name: 'UnknownOperationException',
    message: 'The embedded DynamoDB does not offer BatchWriteItem',
  });
});

describe('asks in words that were used before', () => {
  const asking = async () => {
    const { documents } = await newDatabase();
    for (const item of ['a', 'b', 'c']) {
      await documents.put({ TableName: 'keys', Item: { KeyId: 'k1', item, [`is-${item}`]: true, word: item } });
    }
    return async (asked: Omit<Query, 'TableName'>) => {
      const { Items } = await documents.query({ TableName: 'keys', ConsistentRead: true, ...asked });
      return Items?.map(({ item }) => item).join();
    };
  };
  const between = (from: unknown, to: unknown, item = 'item') => ({
    KeyConditionExpression: 'KeyId = :id AND #item BETWEEN :from AND :to',
    ExpressionAttributeNames: { '#item': item },
    ExpressionAttributeValues: { ':id': 'k1', ':from': from, ':to': to },
  });
  const one = { KeyConditionExpression: ':id = KeyId', ExpressionAttributeValues: { ':id': 'k1' } };

  it('and goes by the values and the names of now', async () => {
    const found = await asking();
    expect(await found(between('a', 'b'))).toBe('a,b');
    expect(await found(between('b', 'z'))).toBe('b,c');
    await expect(found(between('a', 'b', 'word'))).rejects.toThrow('missed key schema element: item');
    const has = (name: string) => ({
      ...one,
      FilterExpression: 'attribute_exists(#has)',
      ExpressionAttributeNames: { '#has': name },
    });
    expect([await found(has('is-a')), await found(has('is-b')), await found(has('is-a'))]).toEqual(['a', 'b', 'a']);
  });

  it('and has not changed what it knows', async () => {
    const found = await asking();
    for (const _ of [1, 2, 3]) expect(await found(one)).toBe('a,b,c');
  });

  it('and finds mistakes in the values', async () => {
    const found = await asking();
    for (const _ of [1, 2]) {
      expect(await found(between('a', 'b'))).toBe('a,b');
      await expect(found(between('b', 'a'))).rejects.toThrow('requires upper bound to be greater than or equal');
      await expect(found(between('a', 1))).rejects.toThrow('requires same data type');
      const typed = (type: string) => ({
        ...one,
        FilterExpression: 'attribute_type(word, :type)',
        ExpressionAttributeValues: { ':id': 'k1', ':type': type },
      });
      expect(await found(typed('S'))).toBe('a,b,c');
      await expect(found(typed('T'))).rejects.toThrow('Invalid attribute type name found; type: T');
    }
  });

  it('and finds values and names that are not used, or missing', async () => {
    const found = await asking();
    const more = { ExpressionAttributeValues: { ':id': 'k1', ':more': 'm' } };
    const filtered = { ...one, ...more, FilterExpression: 'attribute_exists(a) OR a = :more' };
    for (const _ of [1, 2]) {
      expect(await found(filtered)).toBe('');
      await expect(found({ ...one, ...more })).rejects.toThrow('unused in expressions: keys: {:more}');
      await expect(found({ ...one, ExpressionAttributeNames: { '#a': 'a' } })).rejects.toThrow('keys: {#a}');
      await expect(found({ ...filtered, ...one })).rejects.toThrow('is not defined; attribute value: :more');
    }
  });
});

it('says that a table does not exist with the error of its name', async () => {
  const { tables, documents } = await newDatabase();
  const found = { name: 'ResourceNotFoundException' };
  await expect(tables.describe({ TableName: 'unknown' })).rejects.toMatchObject(found);
  await expect(documents.get({ TableName: 'unknown', Key })).rejects.toMatchObject(found);
});

it('keeps what was put from one opening to the next, in a folder for the owner alone', async () => {
  const path = await newFolder();
  const first = await newDatabase(path);
  await first.documents.put({ TableName: 'keys', Item: { ...Key, revision: 7 } });
  await first.close();
  expect((await stat(path)).mode & 0o777).toBe(0o700);

  const second = await newDatabase(path);
  expect((await second.documents.get({ TableName: 'keys', Key })).Item).toMatchObject({ revision: 7 });
});

it('keeps nothing in memory from one opening to the next', async () => {
  const first = await newDatabase();
  await first.documents.put({ TableName: 'keys', Item: Key });
  const second = await newDatabase();
  expect((await second.documents.get({ TableName: 'keys', Key })).Item).toBeUndefined();
});

it('finishes running operations on close, and refuses later ones', async () => {
  const path = await newFolder();
  const { documents, close } = await newDatabase(path);
  const puts = Array.from({ length: 100 }, (_, index) =>
    documents.put({ TableName: 'keys', Item: { KeyId: `k${index}`, item: 'key' } }),
  );
  await puts[0];
  await Promise.all([close(), close()]);
  await expect(documents.get({ TableName: 'keys', Key })).rejects.toThrow('embedded DynamoDB: closed');

  const results = await Promise.allSettled(puts);
  const reopened = await newDatabase(path);
  for (const [index, { status }] of results.entries()) {
    const found = await reopened.documents.get({ TableName: 'keys', Key: { ...Key, KeyId: `k${index}` } });
    expect(found.Item !== undefined).toBe(status === 'fulfilled');
  }
  expect(results.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(1);
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
