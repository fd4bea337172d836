import type { Callback, Store, TableAsked, TableDescription } from 'dynalite/db/index.js';

/**
 * Keeps the descriptions of tables in use, of which dynalite reads and decodes one from LevelDB for every request. Here
 * they never change: no operation is offered that would change a table.
 */
export const keepTables = (store: Store): void => {
  const kept = new Map<string, TableDescription>();
  const { getTable } = store;
  const tableInUse = (name: string, done: Callback<TableDescription>): void => {
    const known = kept.get(name);
    if (known) done(null, known);
    else {
      getTable(name, (error, table) => {
        if (table) kept.set(name, table);
        done(error, table);
      });
    }
  };
  Object.assign(store, {
    getTable: (name: string, ...asked: TableAsked) =>
      asked.length === 1 ? tableInUse(name, ...asked) : getTable(name, ...asked),
  });
};
