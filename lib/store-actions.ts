import type { StoreName } from '../stores/ports.ts';

/** What the functions of a store ask of DynamoDB; a test calls them all and compares. */
export interface StoreActions {
  /** On the table, by a reader. */
  readonly read: readonly string[];
  /** Indexes that a reader queries. */
  readonly indexes: readonly string[];
  /** On the table, by a writer on top of what a reader asks. */
  readonly write: readonly string[];
}

export const storeActions: Readonly<Record<StoreName, StoreActions>> = {
  keys: { read: ['GetItem'], indexes: ['by-account'], write: ['PutItem'] },
  grants: {
    read: ['GetItem', 'Query'],
    indexes: ['by-retiring-principal', 'by-grantee'],
    write: ['PutItem', 'DeleteItem'],
  },
  aliases: { read: ['GetItem', 'Query'], indexes: ['by-key'], write: ['PutItem', 'DeleteItem'] },
};

/** What the pipeline asks, to find the keys of a call: items by their name. */
export const lookUpActions: readonly string[] = ['GetItem'];
