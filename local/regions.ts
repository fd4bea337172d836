import { randomBytes } from 'node:crypto';
import QuickLRU from 'quick-lru';
import type { Caller } from '../core/model/caller.ts';
import { KmsError } from '../core/model/errors.ts';
import { newKeyring, type RootKeys } from '../lambdas/keyring.ts';
import { newManagedKeys } from '../lambdas/managed-keys.ts';
import { type OperationName, operations } from '../lambdas/operations/index.ts';
import { serve } from '../lambdas/pipeline/index.ts';
import type {
  AuditLog,
  HttpReply,
  HttpRequest,
  LogEntry,
  MakeManagedKey,
  Recipients,
  Runtime,
} from '../lambdas/pipeline/ports.ts';
import { storesOf } from '../lambdas/pipeline/uses.ts';
import { newKeyPolicies } from '../lambdas/policies.ts';
import { newQuotas } from '../lambdas/quotas.ts';
import { callerOfService, type ServiceCall } from '../lambdas/service-caller.ts';
import { cachedStores, newRecordCaches, type RecordCaches } from '../stores/cached.ts';
import type { Sweepers } from '../stores/ports.ts';
import { type BufferedUsage, bufferedUsage } from '../stores/usage-tracking.ts';
import { storesWithin } from '../stores/within.ts';
import { newAsideAlgorithms } from './aside/algorithms.ts';
import { writeLastUses } from './last-uses.ts';
import type { Principal } from './principals.ts';
import type { QuotaSettings } from './quota-settings.ts';
import type { RegionTables } from './region-tables.ts';
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
  /** The same, without copies. */
  readonly stored: Sweepers;
  /** Resolves once the Region's tables are there. */
  ready(): Promise<void>;
}

export interface RegionsOptions extends Pick<Runtime, 'endpointPolicy' | 'grantDelaySeconds'> {
  readonly tables: RegionTables;
  readonly recordCacheSeconds: number;
  /** Where other processes have copies and last uses too, those of them all. @default those of this process */
  readonly shared?: SharedByProcesses | undefined;
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

/** What is the same for all processes of a service, by Regions. */
export interface SharedByProcesses {
  caches(region: string, recordCacheSeconds: number): RecordCaches;
  usage(region: string, own: BufferedUsage): BufferedUsage;
  /** Where it is another process that makes managed keys. */
  makeManagedKey?(region: string): MakeManagedKey;
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
  const { tables, shared, recordCacheSeconds } = options;

  const onlyWriter = recordCacheSeconds === Number.POSITIVE_INFINITY;
  const quotas = newQuotas(options.quotas.resources, { clock: options.clock, onlyWriter });
  const requestLimits = options.quotas.requests && newRequestLimits(options.quotas.requests);

  const aside = newAsideAlgorithms();

  const newRegion = (name: string): Region => {
    const ready = once(() => tables.create(name));
    const stored = tables.stores(name);
    const ownUsage = bufferedUsage(stored.usage);
    const usage = shared?.usage(name, ownUsage) ?? ownUsage;
    const caches = shared?.caches(name, recordCacheSeconds) ?? newRecordCaches(recordCacheSeconds);
    const writers = cachedStores({ ...stored, usage }, recordCacheSeconds, caches);
    // A Region has the material of its own store in hand and no other: seeds may give one id to keys of two accounts.
    const keyring = newKeyring(options.rootKeys, randomBytes, aside.algorithms);
    const makeManagedKey =
      shared?.makeManagedKey?.(name) ?? newManagedKeys(writers, { keyring, region: name, random: randomBytes });
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
      stored: { ...stored, usage },
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
    settle,
    /** Every Region that has tables. Those of earlier processes are looked for once: a listing reads the whole database. */
    async existing(): Promise<readonly Region[]> {
      found ??= tables.regions().catch((error: unknown) => {
        found = undefined;
        throw error;
      });
      const names = new Set([...(await found), ...kept.keys()]);
      return Promise.all([...names].map(settle));
    },
    async close() {
      await lastUses.stop();
      await aside.close();
    },
  };
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
