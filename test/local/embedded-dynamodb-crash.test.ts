import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import deleteItem from 'dynalite/actions/deleteItem.js';
import putItem from 'dynalite/actions/putItem.js';
import db, { type Store } from 'dynalite/db/index.js';
import { afterEach, describe, expect, it } from 'vitest';
import { execute } from '../../local/embedded-dynamodb/operations.ts';
import { type EmbeddedDynamoDb, openEmbeddedDynamoDb } from '../../local/embedded-dynamodb.ts';
import { createTables } from '../../stores/dynamo/create-tables.ts';
import { compiledFolder } from '../compiled-folder.ts';
import { sdkOn } from './embedded-sdk.ts';
import { afterWrite, firstOfRound, type StormItem, stormKeys } from './put-storm.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'embedded-dynamodb-'));
  folders.push(folder);
  return join(folder, 'db');
};

/** Opens the folder as the service would, for the length of `use`. */
const opened = async <Result>(path: string, use: (embedded: EmbeddedDynamoDb) => Promise<Result>): Promise<Result> => {
  const embedded = await openEmbeddedDynamoDb({ path });
  try {
    return await use(embedded);
  } finally {
    await embedded.close();
  }
};

describe('killed at a random moment in a storm of puts and deletes', () => {
  it('keeps every acknowledged write, and table and indexes agree exactly, 5 times over', async () => {
    const path = await newFolder();
    await opened(path, ({ tables }) => createTables(tables, (table) => table));
    let before = new Map<string, StormItem>();
    let writes = 0;

    for (let round = 1; round <= 5; round++) {
      const acknowledged = await stormUntilKilled('ours', path, round);
      const now = await opened(path, contentsOf);
      for (const KeyId of stormKeys) {
        const last = acknowledged.get(KeyId);
        const next = last === undefined ? firstOfRound(round) : last + 1; // under way, or never begun
        const kept = last === undefined ? before.get(KeyId) : afterWrite(KeyId, last);
        expect([kept, afterWrite(KeyId, next)]).toContainEqual(now.items.get(KeyId));
      }
      expect(now.byAccount).toEqual(indexed(now.items, byAccountEntry));
      expect(now.due).toEqual(indexed(now.items, dueEntry));
      writes += [...acknowledged.values()].reduce((sum, last) => sum + last - firstOfRound(round) + 1, 0);
      before = now.items;
    }
    expect(writes).toBeGreaterThan(stormKeys.length);
  }, 120_000);

  it('would lose index entries without the batch, as the same storm through dynalite alone shows', async () => {
    const path = await newFolder();
    await opened(path, ({ tables }) => createTables(tables, (table) => table));
    for (let round = 1; round <= 40; round++) {
      await stormUntilKilled('dynalite', path, round);
      const { items, byAccount, due } = await opened(path, contentsOf);
      const agrees = [indexed(items, byAccountEntry), indexed(items, dueEntry)];
      if (JSON.stringify([byAccount, due]) !== JSON.stringify(agrees)) return; // the damage we are about
    }
    expect.fail('dynalite alone came through 40 kills: is the batch still needed?');
  }, 120_000);
});

describe('when LevelDB takes the index entries but not the item', () => {
  const item = { KeyId: 'k', item: 'key', AccountId: 'a', dueBucket: 'b', dueAt: '1' };
  const Key = { KeyId: { S: 'k' }, item: { S: 'key' } };
  const Item = (values: object) => Object.fromEntries(Object.entries(values).map(([name, S]) => [name, { S }]));

  it('dynalite alone leaves a ghost, moves an entry away from its item, or takes it away', async () => {
    const created = await tableWithoutItems();
    breakItems(created);
    await expect(alone(putItem, created, { TableName: 'keys', Item: Item(item) })).rejects.toThrow('disk full');
    expect(await indexAndItems(created)).toEqual({ due: ['1'], items: [] });

    const moved = await tableWith(Item(item));
    breakItems(moved);
    const Moved = Item({ ...item, dueAt: '2' });
    await expect(alone(putItem, moved, { TableName: 'keys', Item: Moved })).rejects.toThrow('disk full');
    expect(await indexAndItems(moved)).toEqual({ due: ['2'], items: ['1'] });

    const deleted = await tableWith(Item(item));
    breakItems(deleted);
    await expect(alone(deleteItem, deleted, { TableName: 'keys', Key })).rejects.toThrow('disk full');
    expect(await indexAndItems(deleted)).toEqual({ due: [], items: ['1'] });
  });

  it.each([
    ['PutItem', { Item: Item({ ...item, KeyId: 'new' }) }],
    ['PutItem', { Item: Item({ ...item, dueAt: '2' }) }],
    ['DeleteItem', { Key }],
    ['UpdateItem', { Key, UpdateExpression: 'SET dueAt = :at', ExpressionAttributeValues: { ':at': { S: '2' } } }],
  ])('our %s leaves both as they were, and says so', async (name, input) => {
    const store = await tableWith(Item(item));
    const repair = breakItems(store);
    const write = () => execute(store, name, { TableName: 'keys', ...structuredClone(input) });
    await expect(write()).rejects.toMatchObject({ cause: { message: 'disk full' } });
    expect(await indexAndItems(store)).toEqual({ due: ['1'], items: ['1'] });

    repair();
    expect(await write()).toMatchObject({ statusCode: 200 });
    const after = await indexAndItems(store);
    expect(after.due).toEqual(after.items);
  });
});

describe('a table whose creation was cut short', () => {
  it('is finished when the database is opened again', async () => {
    const path = await newFolder();
    await opened(path, ({ tables }) => createTables(tables, (table) => table));
    const store = db.create({ path });
    const { body } = await execute(store, 'DescribeTable', { TableName: 'keys' });
    const { Table } = body as { Table: object }; // the output of DescribeTable
    await new Promise<void>((resolve, reject) => {
      const creating = { ...Table, TableStatus: 'CREATING' };
      store.tableDb.put('keys', creating, (error) => (error ? reject(error) : resolve()));
    });
    await store.db.close();

    await opened(path, async (embedded) => {
      await createTables(embedded.tables, (table) => table, { limitSeconds: 1 });
      expect((await contentsOf(embedded)).items.size).toBe(0);
    });
  });
});

/** @returns the number of the last acknowledged write of each key that had one */
const stormUntilKilled = async (mode: string, path: string, round: number): Promise<Map<string, number>> => {
  const program = fileURLToPath(new URL('put-storm.ts', import.meta.url));
  const child = spawn(process.execPath, [program, mode, path, `${round}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: compiledFolder },
  });
  const enough = randomInt(1, 200); // writes, since a busy machine does few in any time
  let output = '';
  child.stdout.on('data', async (chunk: Buffer) => {
    output += chunk;
    if (output.split('\n').length <= enough) return;
    await pause(randomInt(10));
    child.kill('SIGKILL');
  });
  const signal = await new Promise((resolve) => child.on('close', (_code, signal) => resolve(signal)));
  expect(signal).toBe('SIGKILL');

  const lines = output.split('\n').slice(0, -1);
  return new Map(lines.map((line) => line.split(' ')).map(([KeyId = '', sequence]) => [KeyId, Number(sequence)]));
};

const contentsOf = async (embedded: EmbeddedDynamoDb) => {
  const all = async (IndexName?: string): Promise<StormItem[]> => {
    const pages = paginateScan(
      { client: DynamoDBDocumentClient.from(sdkOn(embedded)) },
      {
        TableName: 'keys',
        ...(IndexName !== undefined && { IndexName }),
      },
    );
    const items: StormItem[] = [];
    for await (const { Items = [] } of pages) items.push(...(Items as StormItem[])); // the storm writes nothing else
    return items;
  };
  return {
    items: new Map((await all()).map((item) => [item.KeyId, item])),
    byAccount: (await all('by-account')).map(byAccountEntry).sort(),
    due: (await all('due')).map(dueEntry).sort(),
  };
};

const byAccountEntry = ({ AccountId, KeyId, item }: StormItem): string => [AccountId, KeyId, item].join(' ');
const dueEntry = ({ dueBucket, dueAt, KeyId, item }: StormItem): string => [dueBucket, dueAt, KeyId, item].join(' ');
const indexed = (items: Map<string, StormItem>, entry: (item: StormItem) => string): string[] =>
  [...items.values()].map(entry).sort();

const tableWithoutItems = async (): Promise<Store> => {
  const store = db.create({ createTableMs: 0 });
  await execute(store, 'CreateTable', {
    TableName: 'keys',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['KeyId', 'item', 'dueBucket', 'dueAt'].map((AttributeName) => ({
      AttributeName,
      AttributeType: 'S',
    })),
    KeySchema: keySchema('KeyId', 'item'),
    GlobalSecondaryIndexes: [
      { IndexName: 'due', KeySchema: keySchema('dueBucket', 'dueAt'), Projection: { ProjectionType: 'KEYS_ONLY' } },
    ],
  });
  await pause(10); // until it is ACTIVE
  return store;
};

const keySchema = (partitionKey: string, sortKey: string) => [
  { AttributeName: partitionKey, KeyType: 'HASH' },
  { AttributeName: sortKey, KeyType: 'RANGE' },
];

const tableWith = async (Item: object): Promise<Store> => {
  const store = await tableWithoutItems();
  await execute(store, 'PutItem', { TableName: 'keys', Item: structuredClone(Item) });
  return store;
};

/** From now on LevelDB fails whenever an item is written or deleted. @returns what ends it */
const breakItems = (store: Store): (() => void) => {
  const level = store.db as Store['db'] & { del: Store['tableDb']['del'] }; // dynalite deletes through it too
  const { put, del, batch } = level;
  const full = new Error('disk full');
  level.put = (key, value, done) => (key.startsWith('item-') ? setImmediate(done, full) : put(key, value, done));
  level.del = (key, done) => (key.startsWith('item-') ? setImmediate(done, full) : del(key, done));
  level.batch = (all, done) =>
    all.some(({ key }) => key.startsWith('item-')) ? setImmediate(done, full) : batch(all, done);
  return () => Object.assign(level, { put, del, batch });
};

const alone = (action: typeof putItem, store: Store, input: object): Promise<unknown> =>
  new Promise((resolve, reject) => action(store, input, (error, output) => (error ? reject(error) : resolve(output))));

const indexAndItems = async (store: Store): Promise<{ due: string[]; items: string[] }> => {
  const times = async (IndexName?: string): Promise<string[]> => {
    const { body } = await execute(store, 'Scan', { TableName: 'keys', IndexName });
    return (body as { Items: { dueAt: { S: string } }[] }).Items.map(({ dueAt }) => dueAt.S).sort(); // output of Scan
  };
  return { due: await times('due'), items: await times() };
};
