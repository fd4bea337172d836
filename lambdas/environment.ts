import type { TableName } from '../core/model/tables.ts';

/** The variables by which the stack tells a function where things are. The stack writes them, `runtime.ts` reads them. */
export const variables = {
  auditQueueUrl: 'AUDIT_QUEUE_URL',
  /** Only of functions that handle key material, as are the next two, and of the router. */
  installationId: 'INSTALLATION_ID',
  /**
   * A secret, by ARN or name, or a key of AWS KMS for each version of the root key, version 1 first, with commas between;
   * nothing for a version that is not needed any more.
   */
  rootArns: 'ROOT_ARNS',
  /** The version under which new key material is wrapped; not set where it is the last. */
  rootInForce: 'ROOT_IN_FORCE',
  /** Names with commas between; only of functions that write to other Regions, and not set where there are none. */
  otherRegions: 'OTHER_REGIONS',
  /** Of the API, without a slash at the end; only of the function that makes keys for stacks. */
  kmsEndpoint: 'KMS_ENDPOINT',
  /** Certificates in PEM; only of functions that answer for recipients, and not set where there are none. */
  attestationRoots: 'ATTESTATION_ROOTS',
  /** Of the functions of the audit log alone, as are the others below. */
  auditBucket: 'AUDIT_BUCKET',
  auditClaimsTable: 'AUDIT_CLAIMS_TABLE',
  undeliveredQueueUrl: 'UNDELIVERED_QUEUE_URL',
  signingKeyArn: 'SIGNING_KEY_ARN',
} as const;

export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable of the environment. @throws {Error} when it is not set and must be: the function is not deployed as it should be */
export type ReadVariable = (name: string, otherwise?: string) => string;

export const readFrom =
  (environment: Environment): ReadVariable =>
  (name, otherwise) => {
    const value = environment[name] ?? otherwise;
    if (value === undefined || value === '') throw new Error(`the environment variable ${name} is not set`);
    return value;
  };

/** The variable that holds the name of a table, such as `KEYS_TABLE`. */
export const tableVariable = (table: TableName): string => `${table.toUpperCase().replaceAll('-', '_')}_TABLE`;

/** The name of the function of an operation or a schedule: the router finds it by that. */
export const functionName = (installation: string, name: string): string => `${installation}-${name}`;
