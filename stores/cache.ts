import QuickLRU from 'quick-lru';

export interface RecordCache<V extends object> {
  /** What is cached, or what `fetch` finds. Misses are not remembered. */
  read(id: string, fetch: () => Promise<V | undefined>): Promise<V | undefined>;
  /** Runs a write; the copy is dropped before it, and there is none until it is done, whatever became of it. */
  write<T>(id: string, write: () => Promise<T>): Promise<T>;
}

/**
 * Copies of records that this process read. A read that overlaps a write is never kept: it may have seen what was before.
 * Nor is it shared: who comes when somebody has seen what the write made, may not see what was before.
 *
 * @param seconds how long a copy may be used: `Infinity` for a process that is the only writer, 0 for no copies
 * @param most    records kept at most
 */
export const newRecordCache = <V extends object>(seconds: number, most = 10_000): RecordCache<V> => {
  const copies = new QuickLRU<string, V>({
    maxSize: most,
    ...(seconds > 0 && seconds < Infinity ? { maxAge: seconds * 1000 } : {}),
  });
  const reads = new Map<string, Promise<V | undefined>>();
  /** How many writes of a record are under way. */
  const writes = new Map<string, number>();
  const ended = (id: string) => {
    const left = (writes.get(id) ?? 1) - 1;
    if (left > 0) writes.set(id, left);
    else writes.delete(id);
  };

  const fetchAndKeep = (id: string, fetch: () => Promise<V | undefined>): Promise<V | undefined> => {
    const read: Promise<V | undefined> = fetch()
      .then((value) => {
        if (value !== undefined && reads.get(id) === read) copies.set(id, value);
        return value;
      })
      .finally(() => {
        if (reads.get(id) === read) reads.delete(id);
      });
    reads.set(id, read);
    return read;
  };

  return {
    async read(id, fetch) {
      if (seconds === 0 || writes.has(id)) return fetch();
      return copies.get(id) ?? reads.get(id) ?? fetchAndKeep(id, fetch);
    },

    async write(id, write) {
      copies.delete(id);
      reads.delete(id);
      writes.set(id, (writes.get(id) ?? 0) + 1);
      try {
        return await write();
      } finally {
        ended(id);
      }
    },
  };
};
