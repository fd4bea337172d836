import { mkdir } from 'node:fs/promises';
import db, { type Store } from 'dynalite/db/index.js';
import type { Documents } from '../stores/dynamo/documents.ts';
import type { TableApi } from '../stores/dynamo/table-api.ts';
import { type Ask, documentsOf, tablesOf } from './embedded-dynamodb/clients.ts';
import { endIterators } from './embedded-dynamodb/ended-iterators.ts';
import { keepExpressions } from './embedded-dynamodb/known-expressions.ts';
import { keepTables } from './embedded-dynamodb/known-tables.ts';
import { execute } from './embedded-dynamodb/operations.ts';
import { finishTables } from './embedded-dynamodb/unfinished-tables.ts';

export interface EmbeddedDynamoDb {
  /** An action of the API, with what it takes and answers as DynamoDB's JSON, parsed. */
  readonly ask: Ask;
  readonly documents: Documents;
  readonly tables: TableApi;
  /** Waits for running operations, then closes LevelDB; later calls are refused. May be called again. */
  close(): Promise<void>;
  /** Takes off the disk what was deleted or replaced: LevelDB itself does so when it comes to it. */
  compact(): Promise<void>;
}

/**
 * The DynamoDB API in this process: dynalite's operations on LevelDB, without a port that others could reach.
 * We call its operations and not its HTTP server, because the server throws storage errors into the event loop; and not
 * through the SDK, whose client takes longer over a call than the operation, and a fifth of the start.
 *
 * A write that was answered survives the end of the process, `kill -9` included, and item and index entries are written
 * together or not at all. It is not synced to disk: a power cut may take the last moments.
 *
 * @param options.path LevelDB folder, created if need be; in memory without it
 * @throws {Error} with code LEVEL_DATABASE_NOT_OPEN, and the reason in `cause` (LEVEL_LOCKED: another process has it)
 */
export const openEmbeddedDynamoDb = async ({ path }: { path?: string } = {}): Promise<EmbeddedDynamoDb> => {
  if (path !== undefined) await mkdir(path, { recursive: true, mode: 0o700 });
  const store = db.create({ ...(path !== undefined && { path }), createTableMs: 0 });
  endIterators(store);
  keepTables(store);
  keepExpressions();
  await store.db.open();
  await finishTables(store);

  const { ask, drain } = newAsking(store);
  let closed: Promise<void> | undefined;
  return {
    ask,
    documents: documentsOf(ask),
    tables: tablesOf(ask),
    compact: () => compact(store),
    close() {
      closed ??= drain().then(() => store.db.close());
      return closed;
    },
  };
};

/**
 * LevelDB merges a file only into one of a deeper level that overlaps with it. What is written at both ends makes each
 * round overlap with everything: the first takes what was written to the files, the second takes out of them what was
 * deleted or replaced. One in memory keeps nothing of that.
 */
const compact = async ({ db }: Store): Promise<void> => {
  const [first, last] = ['\u0000', '\uffff'] as const;
  for (let round = 1; round <= 2 && db.compactRange; round += 1) {
    const ends = [first, last].map((key) => ({ type: 'del', key }) as const);
    await new Promise<void>((resolve, reject) => db.batch(ends, (error) => (error ? reject(error) : resolve())));
    await db.compactRange(first, last);
  }
};

/** `ask` refuses what comes after `drain`, which waits for what runs. */
const newAsking = (store: Store): { ask: Ask; drain(): Promise<void> } => {
  const running = new Set<Promise<unknown>>();
  let open = true;
  return {
    async ask(action, input) {
      if (!open) throw new Error('embedded DynamoDB: closed');
      const operation = execute(store, action, input);
      running.add(operation);
      try {
        return await operation;
      } finally {
        running.delete(operation);
      }
    },
    async drain() {
      open = false;
      await Promise.allSettled(running);
    },
  };
};
