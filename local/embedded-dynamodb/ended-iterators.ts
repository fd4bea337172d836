import type { Level, Store } from 'dynalite/db/index.js';

/**
 * Ends what dynalite reads with: its streams end an iterator by `return`, which those of this LevelDB call `close`. One
 * that is never ended stays in memory, and with it on disk all that was there when it began, deleted since or not.
 */
export const endIterators = ({ db }: Store): void => {
  const ended = (open: Level['values']): Level['values'] => {
    return (range) => {
      const iterator = open.call(db, range);
      return Object.assign(iterator, { return: () => iterator.close() });
    };
  };
  Object.assign(db, { keys: ended(db.keys), values: ended(db.values) });
};
