/**
 * The tables of one Region, declared once: the CDK, the local service and the tests create them from here.
 * Attribute types are DynamoDB's: `S` string, `N` number, `B` binary.
 */
export interface Table {
  readonly partitionKey: string;
  readonly sortKey: string;
  readonly indexes: readonly TableIndex[];
}

export interface TableIndex {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey: string;
  /** What readers find in the index: everything, or the keys of the item and these attributes. */
  readonly projection: 'ALL' | readonly string[];
}

/** All key attributes are strings. Names of tables and indexes are frozen: renaming one replaces the data. */
export const tables = {
  keys: {
    partitionKey: 'KeyId',
    sortKey: 'item',
    indexes: [
      { name: 'by-account', partitionKey: 'AccountId', sortKey: 'KeyId', projection: ['DeletionDate', 'KeyManager'] },
      // `dueAt` is an instant and the id of the item: two entries of an index must differ in their keys.
      { name: 'due', partitionKey: 'dueBucket', sortKey: 'dueAt', projection: [] },
    ],
  },
  aliases: {
    partitionKey: 'AccountId',
    sortKey: 'AliasName',
    indexes: [{ name: 'by-key', partitionKey: 'TargetKeyId', sortKey: 'AliasName', projection: 'ALL' }],
  },
  /** Last uses of keys. Apart from the keys, because every function that uses keys writes here and may not write there. */
  usage: { partitionKey: 'KeyId', sortKey: 'item', indexes: [] },
  grants: {
    partitionKey: 'KeyId',
    sortKey: 'GrantId',
    indexes: [
      { name: 'by-retiring-principal', partitionKey: 'RetiringPrincipal', sortKey: 'keyAndGrant', projection: 'ALL' },
      { name: 'by-grantee', partitionKey: 'GranteePrincipal', sortKey: 'keyAndGrant', projection: 'ALL' },
    ],
  },
} as const satisfies Record<string, Table>;

export type TableName = keyof typeof tables;

/** DynamoDB's words for what an index projects. */
export const projectionOf = ({
  projection,
}: TableIndex): { ProjectionType: 'ALL' | 'KEYS_ONLY' | 'INCLUDE'; NonKeyAttributes?: string[] } => {
  if (projection === 'ALL') return { ProjectionType: 'ALL' };
  if (projection.length === 0) return { ProjectionType: 'KEYS_ONLY' };
  return { ProjectionType: 'INCLUDE', NonKeyAttributes: [...projection] };
};
