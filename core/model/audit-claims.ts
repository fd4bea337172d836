import type { Table } from './tables.ts';

/** Which records are in which log file, so that none is in two; only on AWS, where records come more than once. */
export const auditClaims = {
  partitionKey: 'minute',
  sortKey: 'claim',
  indexes: [],
} as const satisfies Table;

/** When DynamoDB may forget a claim, in seconds since 1970. */
export const auditClaimExpiry = 'expires';
