import type { StoreName } from '../stores/ports.ts';

/** What the functions of a store ask of DynamoDB; a test calls them all and compares. */
export interface StoreActions {
  /** On the table, by a reader. */
  readonly read: readonly string[];
  /** Indexes that a reader queries. */
  readonly indexes: readonly string[];
  /** Indexes that the pipeline queries. */
  readonly lookUpIndexes: readonly string[];
  /** On the table, by a writer on top of what a reader asks. */
  readonly write: readonly string[];
}

export const storeActions: Readonly<Record<StoreName, StoreActions>> = {
  keys: { read: ['GetItem'], indexes: ['by-account'], lookUpIndexes: [], write: ['PutItem', 'DeleteItem'] },
  grants: {
    read: ['GetItem', 'Query'],
    indexes: ['by-retiring-principal', 'by-grantee'],
    lookUpIndexes: ['by-grantee'],
    write: ['PutItem', 'DeleteItem'],
  },
  usage: { read: ['GetItem'], indexes: [], lookUpIndexes: [], write: ['PutItem'] },
  aliases: {
    read: ['GetItem', 'Query'],
    indexes: ['by-key'],
    lookUpIndexes: ['by-key'],
    write: ['PutItem', 'DeleteItem'],
  },
};

/** What the pipeline asks of tables, to find the keys of a call and the grants it names: items by their name. */
export const lookUpActions: readonly string[] = ['GetItem'];
