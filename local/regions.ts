import { randomBytes } from 'node:crypto';
import { DynamoDBClient, type DynamoDBClientConfig, paginateListTables } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import QuickLRU from 'quick-lru';
import { isRegion } from '../core/model/arn.ts';
import type { Caller } from '../core/model/caller.ts';
import { KmsError } from '../core/model/errors.ts';
import { everyAlgorithm } from '../lambdas/every-algorithm.ts';
import { newKeyring, type RootKeys } from '../lambdas/keyring.ts';
import { newManagedKeys } from '../lambdas/managed-keys.ts';
import { type OperationName, operations } from '../lambdas/operations/index.ts';
import { serve } from '../lambdas/pipeline/index.ts';
import type { AuditLog, HttpReply, HttpRequest, LogEntry, Recipients, Runtime } from '../lambdas/pipeline/ports.ts';
import { storesOf } from '../lambdas/pipeline/uses.ts';
import { newKeyPolicies } from '../lambdas/policies.ts';
import { newQuotas } from '../lambdas/quotas.ts';
import { callerOfService, type ServiceCall } from '../lambdas/service-caller.ts';
import { cachedStores } from '../stores/cached.ts';
import { createTables } from '../stores/dynamo/create-tables.ts';
import { dynamoStores, storesWithin } from '../stores/dynamo/stores.ts';
import type { Sweepers } from '../stores/ports.ts';
import { type BufferedUsage, bufferedUsage } from '../stores/usage-tracking.ts';
import { type DeletedKeys, withoutDeletedKeys } from './deleted-keys.ts';
import { writeLastUses } from './last-uses.ts';
import type { Principal } from './principals.ts';
import type { QuotaSettings } from './quota-settings.ts';
import { newRequestLimits } from './request-limits.ts';
import { serviceRequest } from './service-requests.ts';
import type { Verification } from './sigv4.ts';

type Handler = (request: HttpRequest) => Promise<HttpReply>;
type Served = ReturnType<typeof serve>;

/** One Region's world: its own tables under the same root keys, principals and audit log. */
export interface Region {
  /** The handler of an operation, made when it is first called; `undefined` for a name this service does not have. */
  handler(name: string): Handler | undefined;
  /**
   * A call of a service of this project, judged and recorded as any other. The only way in for services: no front door
   * leads here. Answers as over HTTP.
   */
  callAs(as: ServiceCall, operation: OperationName, input: Readonly<Record<string, unknown>>): Promise<HttpReply>;
  readonly runtime: Runtime;
  readonly usage: BufferedUsage;
  /** For those who have waited until it is ready. */
  readonly stores: Sweepers;
  /** Resolves once the Region's tables are there. */
  ready(): Promise<void>;
}

export interface RegionsOptions extends Pick<Runtime, 'endpointPolicy' | 'grantDelaySeconds'> {
  readonly dynamoDb: DynamoDBClientConfig;
  readonly recordCacheSeconds: number;
  readonly deletedKeys: DeletedKeys;
  readonly rootKeys: RootKeys;
  readonly markerKey: Uint8Array;
  readonly auditLog: AuditLog;
  readonly clock: () => Date;
  readonly verify: (request: HttpRequest) => Verification<Principal>;
  readonly standingOf: Runtime['standingOf'];
  readonly recipients: Recipients | undefined;
  readonly principalExists: Runtime['principalExists'];
  readonly quotas: QuotaSettings;
  readonly log: (entry: LogEntry) => void;
}

/** Regions that nobody has signed for yet, remembered at most. */
const mostUnproven = 100;

const declarations = new Map(operations.map((operation) => [operation.name as string, operation]));

/**
 * The Regions of one machine. A Region is kept once somebody has signed a call for it, and only then are its tables made:
 * strangers cannot fill memory or disk with names.
 */
export const newRegions = (options: RegionsOptions) => {
  const kept = new Map<string, Region>();
  const unproven = new QuickLRU<string, Region>({ maxSize: mostUnproven });
  const client = new DynamoDBClient(options.dynamoDb);
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });

  const onlyWriter = options.recordCacheSeconds === Number.POSITIVE_INFINITY;
  const quotas = newQuotas(options.quotas.resources, { clock: options.clock, onlyWriter });
  const requestLimits = options.quotas.requests && newRequestLimits(options.quotas.requests);

  const newRegion = (name: string): Region => {
    const tableNameOf = (table: string) => `kms-${name}-${table}`;
    const ready = once(() => createTables(client, tableNameOf));
    const stored = withoutDeletedKeys(dynamoStores(documents, tableNameOf), name, options.deletedKeys);
    const usage = bufferedUsage(stored.usage);
    const writers = cachedStores({ ...stored, usage }, options.recordCacheSeconds);
    // A Region has the material of its own store in hand and no other: seeds may give one id to keys of two accounts.
    const keyring = newKeyring(options.rootKeys, randomBytes, everyAlgorithm);
    const makeManagedKey = newManagedKeys(writers, { keyring, region: name, random: randomBytes });
    const handlers = new Map<string, Served>();
    const served = (operationName: string): Served | undefined => {
      const operation = declarations.get(operationName);
      const handler = handlers.get(operationName) ?? (operation && serve(operation, runtime));
      if (handler) handlers.set(operationName, handler);
      return handler;
    };
    const runtime: Runtime = {
      region: name,
      clock: options.clock,
      random: randomBytes,
      async authenticate(request) {
        const verified = options.verify(request);
        if (!verified.ok) throw new KmsError(verified.error.name, verified.error.message);
        keep(name, region);
        await ready();
        return callerFrom(verified.credential);
      },
      standingOf: options.standingOf,
      principalExists: options.principalExists,
      grantDelaySeconds: options.grantDelaySeconds ?? 0,
      ...(options.endpointPolicy && { endpointPolicy: options.endpointPolicy }),
      keyPolicyOf: newKeyPolicies(), // a Region's own: two Regions may have keys of one id
      storesFor: (uses) => storesWithin(writers, storesOf(uses)),
      async inRegion(other) {
        return (await settle(other)).stores;
      },
      keyring,
      recipients: options.recipients,
      managedKeys: () => makeManagedKey,
      quotas,
      requestLimits,
      markerKey: options.markerKey,
      auditLog: options.auditLog,
      log: options.log,
    };
    const region: Region = {
      runtime,
      usage,
      stores: writers,
      ready,
      handler: (operationName) => {
        const handler = served(operationName);
        return handler && ((request) => handler(request)); // with nothing else: who calls is for the pipeline to find out
      },
      async callAs(as, operationName, input) {
        const caller = callerOfService(as);
        keep(name, region);
        await ready();
        const handler = served(operationName);
        if (handler === undefined) throw new RangeError(`there is no operation ${operationName}`);
        return handler(serviceRequest(as.service, input), caller);
      },
    };
    return region;
  };

  const keep = (name: string, region: Region) => {
    const known = kept.get(name) ?? region;
    // Two writers with copies of their own would not see each other's writes; the client's retry finds the kept one.
    if (known !== region) throw new Error(`Region ${name} was opened twice`);
    kept.set(name, region);
  };

  const open = (name: string): Region => {
    const known = kept.get(name) ?? unproven.get(name);
    if (known) return known;
    const region = newRegion(name);
    unproven.set(name, region);
    return region;
  };

  const lastUses = writeLastUses(() => [...kept.values()].map(({ usage }) => usage), options.log);

  /** Keeps the Region, and waits until its tables are there. */
  const settle = async (name: string): Promise<Region> => {
    const region = open(name);
    keep(name, region);
    await region.ready();
    return region;
  };

  let found: Promise<readonly string[]> | undefined;

  return {
    get: open,
    /** Every Region that has tables. Those of earlier processes are looked for once: a listing reads the whole database. */
    async existing(): Promise<readonly Region[]> {
      found ??= withTables(client).catch((error: unknown) => {
        found = undefined;
        throw error;
      });
      const names = new Set([...(await found), ...kept.keys()]);
      return Promise.all([...names].map(settle));
    },
    async close() {
      await lastUses.stop();
      client.destroy();
    },
  };
};

/** The names of the Regions whose tables are in the database. */
const withTables = async (client: DynamoDBClient): Promise<readonly string[]> => {
  const names: string[] = [];
  for await (const { TableNames = [] } of paginateListTables({ client }, {})) {
    names.push(...TableNames.flatMap((table) => /^kms-(.+)-keys$/.exec(table)?.[1] ?? []));
  }
  return names.filter(isRegion);
};

/** What the pipeline may know of a principal: everything but its secrets. */
export const callerFrom = (principal: Principal): Caller => {
  const known = callers.get(principal);
  if (known) return known;
  const { accountId, arn, type, principalId, accessKeyId, userName, issuer, session } = principal;
  const caller = { accountId, arn, type, principalId, accessKeyId, userName, issuer, session };
  callers.set(principal, caller);
  return caller;
};

/** For as long as principals.json does not change. */
const callers = new WeakMap<Principal, Caller>();

/** Runs `action` once for all who ask, again only after a failure. */
const once = (action: () => Promise<void>) => {
  let running: Promise<void> | undefined;
  return () => {
    running ??= action().catch((error: unknown) => {
      running = undefined;
      throw error;
    });
    return running;
  };
};
