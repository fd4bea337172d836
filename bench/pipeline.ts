import { randomBytes } from 'node:crypto';
import { awsResourceQuotas } from '../core/model/quotas.ts';
import { compilePolicy } from '../core/policy/policy.ts';
import { everyAlgorithm } from '../lambdas/every-algorithm.ts';
import { newKeyring } from '../lambdas/keyring.ts';
import { operations } from '../lambdas/operations/index.ts';
import { serve } from '../lambdas/pipeline/index.ts';
import { storesOf } from '../lambdas/pipeline/uses.ts';
import { newKeyPolicies } from '../lambdas/policies.ts';
import { newQuotas } from '../lambdas/quotas.ts';
import { openEmbeddedDynamoDb } from '../local/embedded-dynamodb.ts';
import { newRootKeys } from '../local/root-keys.ts';
import { cachedStores } from '../stores/cached.ts';
import { createTables } from '../stores/dynamo/create-tables.ts';
import { dynamoStores } from '../stores/dynamo/stores.ts';
import { bufferedUsage } from '../stores/usage-tracking.ts';
import { storesWithin } from '../stores/within.ts';

/**
 * The pipeline with as little around it as can be: a caller that is given, no audit log, stores that keep their records
 * at hand, in memory or in the folder `path`. What it costs is its own.
 *
 * @param mayAll whether the caller's own policies allow everything, or nothing
 */
export const openBarePipeline = async ({ path, mayAll = true }: { path?: string; mayAll?: boolean } = {}) => {
  const dynamoDb = await openEmbeddedDynamoDb(path === undefined ? {} : { path });
  await createTables(dynamoDb.tables, (table) => table);
  const stored = dynamoStores(dynamoDb.documents, (table) => table);
  const stores = cachedStores({ ...stored, usage: bufferedUsage(stored.usage) }, Number.POSITIVE_INFINITY);
  const caller = {
    type: 'IAMUser',
    accountId: '111122223333',
    arn: 'arn:aws:iam::111122223333:user/bench',
    principalId: 'AIDAEXAMPLEEXAMPLE000',
    accessKeyId: 'AKIAEXAMPLEEXAMPLE00',
    userName: 'bench',
  } as const;
  const everything = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'kms:*', Resource: '*' } };
  const standing = { identity: mayAll ? [compilePolicy(everything, 'identity')] : [], tags: {} };
  const runtime = {
    region: 'us-east-1',
    clock: () => new Date(),
    random: randomBytes,
    authenticate: () => caller,
    standingOf: () => standing,
    principalExists: () => true,
    keyPolicyOf: newKeyPolicies(),
    storesFor: (uses: Parameters<typeof storesOf>[0]) => storesWithin(stores, storesOf(uses)),
    inRegion: async () => stores,
    keyring: newKeyring(newRootKeys(), randomBytes, everyAlgorithm),
    quotas: newQuotas(awsResourceQuotas, { clock: () => new Date(), onlyWriter: true }),
    auditLog: { write: async () => {} },
    log: () => {},
  };
  const handlers = new Map(operations.map((operation) => [operation.name as string, serve(operation, runtime)]));
  return {
    caller,
    stores,
    keyring: runtime.keyring,
    handler: (name: string) => {
      const handler = handlers.get(name);
      if (handler) return handler;
      throw new Error(`no operation ${name}`);
    },
    close: () => dynamoDb.close(),
  };
};
