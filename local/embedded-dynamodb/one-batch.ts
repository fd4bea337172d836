import type { BatchOperation, Callback, Part, Store } from 'dynalite/db/index.js';

/**
 * A view of the store for the write of one item, under which the item and its index entries reach LevelDB in one batch.
 *
 * dynalite writes each index entry, then the item, as separate puts: a process killed in between leaves a ghost in the
 * index, or an item that no listing finds. Here the entries wait for the item. A LevelDB batch is one record of its log:
 * after a crash all of it is there, or nothing.
 *
 * For PutItem, UpdateItem and DeleteItem, which end with the write of their one item; a view serves one request only.
 */
export const inOneBatch = (store: Store): Store => {
  const waiting: BatchOperation[] = [];
  const waits = (operation: BatchOperation, done: Callback<void>): void => {
    waiting.push(operation);
    done(null);
  };
  const flushWith = (operation: BatchOperation, done: Callback<void>): void =>
    store.db.batch([...waiting, operation], done);

  return {
    ...store,
    getIndexDb: (type, table, index) =>
      writingTo(store.getIndexDb(type, table, index), `index-${type.toLowerCase()}~${table}~${index}~`, waits),
    getItemDb: (table) => writingTo(store.getItemDb(table), `item-${table}~`, flushWith),
  };
};

/** The part with its reads and locks as they are, and its writes handed to `write`; prefixes are dynalite's. */
const writingTo = (
  part: Part,
  prefix: string,
  write: (operation: BatchOperation, done: Callback<void>) => void,
): Part => ({
  ...part,
  put: (key, value, done) => write({ type: 'put', key: prefix + key, value }, done),
  del: (key, done) => write({ type: 'del', key: prefix + key }, done),
});
