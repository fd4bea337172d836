/**
 * A process to be killed: `node put-storm.ts ours|dynalite FOLDER ROUND` writes to the keys table as fast as it can, moving
 * and deleting index entries, and prints `KeyId sequence` for each write that was acknowledged.
 */
import { writeSync } from 'node:fs';
import deleteItem from 'dynalite/actions/deleteItem.js';
import putItem from 'dynalite/actions/putItem.js';
import db from 'dynalite/db/index.js';
import { openEmbeddedDynamoDb } from '../../local/embedded-dynamodb.ts';

export interface StormItem {
  readonly KeyId: string;
  readonly item: 'key';
  readonly AccountId: string;
  readonly dueBucket: string;
  readonly dueAt: string;
}

export const stormKeys = Array.from({ length: 16 }, (_, index) => `key-${index}`);

export const firstOfRound = (round: number): number => round * 1_000_000;

/** What the write with this number leaves behind; every fourth is a deletion. */
export const afterWrite = (KeyId: string, sequence: number): StormItem | undefined =>
  sequence % 4 === 3
    ? undefined
    : {
        KeyId,
        item: 'key',
        AccountId: `account-${sequence % 2}`,
        dueBucket: `bucket-${sequence % 3}`,
        dueAt: `${sequence}`,
      };

type Write = (KeyId: string, item: StormItem | undefined) => Promise<unknown>;

const throughOurs = async (path: string): Promise<Write> => {
  const { documents } = await openEmbeddedDynamoDb({ path });
  return (KeyId, item) =>
    item
      ? documents.put({ TableName: 'keys', Item: { ...item } })
      : documents.delete({ TableName: 'keys', Key: { KeyId, item: 'key' } });
};

/** The same operations as dynalite's server runs them. */
const throughDynalite = async (path: string): Promise<Write> => {
  const store = db.create({ path });
  await store.db.open();
  return (KeyId, item) =>
    new Promise((resolve, reject) => {
      const done = (error: Error | null) => (error ? reject(error) : resolve(undefined));
      if (item) putItem(store, { TableName: 'keys', Item: strings({ ...item }) }, done);
      else deleteItem(store, { TableName: 'keys', Key: strings({ KeyId, item: 'key' }) }, done);
    });
};

const strings = (item: Record<string, string>): object =>
  Object.fromEntries(Object.entries(item).map(([name, S]) => [name, { S }]));

if (import.meta.main) {
  const [mode, path = '', round] = process.argv.slice(2);
  const write = await (mode === 'ours' ? throughOurs(path) : throughDynalite(path));
  await Promise.all(
    stormKeys.map(async (KeyId) => {
      for (let sequence = firstOfRound(Number(round)); ; sequence++) {
        await write(KeyId, afterWrite(KeyId, sequence));
        writeSync(1, `${KeyId} ${sequence}\n`);
      }
    }),
  );
}
