import type { TableName } from '../core/model/tables.ts';

/** The variables by which the stack tells a function where things are. The stack writes them, `runtime.ts` reads them. */
export const variables = {
  auditQueueUrl: 'AUDIT_QUEUE_URL',
  /** Only of functions that handle key material, as is the next. */
  installationId: 'INSTALLATION_ID',
  /** A secret for each version of the root key, by ARN or name, version 1 first, with commas between. */
  rootSecretArns: 'ROOT_SECRET_ARNS',
  /** Names with commas between; only of functions that write to other Regions, and not set where there are none. */
  otherRegions: 'OTHER_REGIONS',
  /** Certificates in PEM; only of functions that answer for recipients, and not set where there are none. */
  attestationRoots: 'ATTESTATION_ROOTS',
} as const;

/** The variable that holds the name of a table, such as `KEYS_TABLE`. */
export const tableVariable = (table: TableName): string => `${table.toUpperCase().replaceAll('-', '_')}_TABLE`;
