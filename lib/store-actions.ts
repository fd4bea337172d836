import type { Uses } from '../lambdas/operation.ts';
import type { StoreName } from '../stores/ports.ts';

/** What the functions of a store ask of DynamoDB; a test calls them all and compares. */
export interface StoreActions {
  /** On the table, by a reader. */
  readonly read: readonly string[];
  /** Indexes that a reader queries. */
  readonly indexes: readonly string[];
  /** On the table, by the pipeline: it finds the keys of a call and the grants it names by their names. */
  readonly lookUp: readonly string[];
  /** Indexes that the pipeline queries. */
  readonly lookUpIndexes: readonly string[];
  /** On the table, by a writer on top of what a reader asks. */
  readonly write: readonly string[];
  /** On the table, by a schedule on top of what a writer asks. */
  readonly sweep: readonly string[];
  /** Indexes that a schedule queries on top of those of a reader. */
  readonly sweepIndexes: readonly string[];
}

/** Actions on a table, and indexes that are queried. */
export interface TableActions {
  readonly table: readonly string[];
  readonly indexes: readonly string[];
}

/** What functions ask of DynamoDB in other Regions, by what they declare of them; a test has them do it all, and compares. */
export const actionsElsewhere: Readonly<
  Record<NonNullable<Uses['regions']>, { readonly [Store in StoreName]?: TableActions }>
> = {
  write: { keys: { table: ['GetItem', 'Query', 'PutItem', 'DeleteItem'], indexes: [] } },
  // A replica counts there, and may come in place of one that is gone, and of what that left.
  make: {
    keys: { table: ['GetItem', 'Query', 'PutItem', 'DeleteItem'], indexes: ['by-account'] },
    aliases: { table: ['DeleteItem'], indexes: ['by-key'] },
    grants: { table: ['Query', 'DeleteItem'], indexes: [] },
  },
};

export const storeActions: Readonly<Record<StoreName, StoreActions>> = {
  keys: {
    read: ['GetItem', 'Query'],
    indexes: ['by-account'],
    lookUp: ['GetItem', 'Query'],
    lookUpIndexes: [],
    write: ['PutItem', 'DeleteItem'],
    sweep: ['Scan'],
    sweepIndexes: ['due'],
  },
  grants: {
    read: ['GetItem', 'Query'],
    indexes: ['by-retiring-principal', 'by-grantee'],
    lookUp: ['GetItem'],
    lookUpIndexes: ['by-grantee'],
    write: ['PutItem', 'DeleteItem'],
    sweep: ['Scan'],
    sweepIndexes: [],
  },
  usage: {
    read: ['GetItem'],
    indexes: [],
    lookUp: ['GetItem'],
    lookUpIndexes: [],
    write: ['PutItem'],
    sweep: ['DeleteItem'],
    sweepIndexes: [],
  },
  aliases: {
    read: ['GetItem', 'Query'],
    indexes: ['by-key'],
    lookUp: ['GetItem'],
    lookUpIndexes: ['by-key'],
    write: ['PutItem', 'DeleteItem'],
    sweep: ['Scan'],
    sweepIndexes: [],
  },
};
