import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { awsResourceQuotas } from '../core/model/quotas.ts';
import type { TableName } from '../core/model/tables.ts';
import { compilePolicy } from '../core/policy/policy.ts';
import { cachedStores } from '../stores/cached.ts';
import { sdkDocuments } from '../stores/dynamo/sdk-documents.ts';
import { dynamoStores } from '../stores/dynamo/stores.ts';
import { namesOf } from '../stores/ports.ts';
import { hourlyUsage } from '../stores/usage-tracking.ts';
import { storesWithin } from '../stores/within.ts';
import { queueAuditLog } from './audit-queue.ts';
import { awsClient } from './aws-client.ts';
import { type CallAws, newCallAws } from './call-aws.ts';
import { callerOfIdentity } from './caller.ts';
import { type ReadVariable, readFrom, tableVariable, variables } from './environment.ts';
import { logLine } from './log.ts';
import type { newManagedKeys } from './managed-keys.ts';
import { otherRegions } from './other-regions.ts';
import type { Keyring, Recipients, Runtime, Standing } from './pipeline/ports.ts';
import { storesOf } from './pipeline/uses.ts';
import { newKeyPolicies } from './policies.ts';
import { newQuotas } from './quotas.ts';

/** How long a record may be used before it is read again: a key may work that long after it was disabled elsewhere. */
const recordCacheSeconds = 1;

/**
 * The gateway has judged the caller's identity policies, boundary and session policy: it let the caller invoke the path
 * of this operation. Its yes stands for theirs. (docs/decisions/0005)
 */
const judgedByGateway: Standing = {
  identity: [
    compilePolicy(
      { Version: '2012-10-17', Statement: { Sid: 'JudgedByGateway', Effect: 'Allow', Action: 'kms:*', Resource: '*' } },
      'identity',
    ),
  ],
  tags: {},
};

/** Makes the keyring of functions that handle key material: `awsKeyring`. An argument, so that others do not bundle it. */
export type NewKeyring = (read: ReadVariable, random: Runtime['random'], callAws: CallAws) => Keyring;

/** Judges attestation documents under root certificates in PEM: `newRecipients`. An argument for the same reason. */
export type NewRecipients = (roots: string, random: Runtime['random']) => Recipients;

/** What only some functions need, and bundle. */
export interface MoreToBundle {
  readonly newRecipients?: NewRecipients | undefined;
  readonly makeManagedKeys?: typeof newManagedKeys;
}

/** The Runtime on AWS, made once in the life of an execution environment. */
export const lambdaRuntime = (
  newKeyring: NewKeyring = noKeyring,
  { newRecipients, makeManagedKeys }: MoreToBundle = {},
): Runtime => {
  const roots = process.env[variables.attestationRoots];
  const region = read('AWS_REGION'); // set by Lambda itself
  const documents = sdkDocuments(new DynamoDBClient({ ...awsClient, region }));
  // A function knows the tables it may touch, so the stores of others stay without a name and are never handed out.
  const tableNameOf = (table: TableName) => process.env[tableVariable(table)] ?? '';
  const clock = () => new Date();
  const stored = dynamoStores(documents, tableNameOf);
  const stores = cachedStores({ ...stored, usage: hourlyUsage(stored.usage) }, recordCacheSeconds);
  const callAws = newCallAws(process.env);
  const keyring = newKeyring(read, randomBytes, callAws);

  return {
    region,
    clock,
    random: randomBytes,
    authenticate: ({ identity }) => callerOfIdentity(identity),
    standingOf: () => judgedByGateway,
    judgedBefore: true,
    principalExists: () => true, // functions have no right to ask IAM, least of all that of other accounts
    keyPolicyOf: newKeyPolicies(),
    storesFor(uses) {
      const declared = storesOf(uses);
      for (const table of namesOf(declared)) read(tableVariable(table));
      return storesWithin(stores, declared);
    },
    inRegion: otherRegions(process.env[variables.otherRegions]?.split(',') ?? [], tableNameOf),
    keyring,
    managedKeys: ({ managedKeys }) =>
      managedKeys === 'make' ? makeManagedKeys?.(stores, { keyring, region, random: randomBytes }) : undefined,
    recipients: roots ? newRecipients?.(roots, randomBytes) : undefined,
    quotas: newQuotas(awsResourceQuotas, { clock, onlyWriter: false }),
    auditLog: queueAuditLog(read(variables.auditQueueUrl), callAws),
    log: (entry) => process.stdout.write(logLine(entry, new Date())),
  };
};

const read = readFrom(process.env);

const noKeyring: NewKeyring = () => {
  const refuse = () => {
    throw new Error('this function was bundled without access to key material');
  };
  const materials = {
    newMaterial: refuse,
    newDataKeyPair: refuse,
    newImportParameters: refuse,
    importMaterial: refuse,
    keepMaterial: refuse,
    rootOf: refuse,
    rewrap: refuse,
  };
  return { ...materials, roots: { known: [], inForce: 0 }, use: refuse };
};
