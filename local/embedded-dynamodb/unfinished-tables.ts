import type { Store, TableDescription } from 'dynalite/db/index.js';

/**
 * Makes every table usable that a crash left as CREATING: dynalite marks a new table ACTIVE in a second write, and
 * would answer ResourceNotFoundException for it ever after. Nothing is missing in such a table, as it was never used.
 */
export const finishTables = async (store: Store): Promise<void> => {
  for await (const value of store.db.values({ gte: 'table~', lt: 'table~~' })) {
    const table = value as TableDescription; // only createTable writes under this prefix
    if (table.TableStatus === 'CREATING') await put(store, activated(table));
  }
};

const activated = (table: TableDescription): TableDescription => ({
  ...table,
  TableStatus: 'ACTIVE',
  ...(table.GlobalSecondaryIndexes && {
    GlobalSecondaryIndexes: table.GlobalSecondaryIndexes.map((index) => ({ ...index, IndexStatus: 'ACTIVE' })),
  }),
});

const put = (store: Store, table: TableDescription): Promise<void> =>
  new Promise((resolve, reject) => {
    store.tableDb.put(table.TableName, table, (error) => (error ? reject(error) : resolve()));
  });
