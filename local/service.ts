import { isRegion } from '../core/model/arn.ts';
import type { HttpReply, HttpRequest, LogEntry } from '../lambdas/pipeline/ports.ts';
import { newAnswering } from './answering.ts';
import { type Attestation, openAttestation } from './attestation.ts';
import type { LocalAuditLog } from './audit/audit-log.ts';
import { digestKeyFile, openDigestKey } from './audit/digest-key.ts';
import { newMemoryAuditLog } from './audit/memory-audit-log.ts';
import { openSignedAuditLog } from './audit/signed-audit-log.ts';
import { type Clock, openClock } from './clock.ts';
import { newClockControl } from './control/clock.ts';
import type { ControlEndpoints } from './control/endpoint.ts';
import { type ControlFront, newControlFront } from './control/front.ts';
import { newPrincipalsControl } from './control/principals.ts';
import { newSimulate } from './control/simulate.ts';
import { forgetControlToken, newControlToken } from './control/token.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { defaultRegion } from './default-region.ts';
import { openDeletedKeys } from './deleted-keys.ts';
import { openEmbeddedDynamoDb } from './embedded-dynamodb.ts';
import { openEndpointPolicy } from './endpoint-policy.ts';
import { noteExternalStorage } from './external-storage.ts';
import { Failure } from './failure.ts';
import type { Change } from './followed-file.ts';
import type { Fronts } from './fronts/fronts.ts';
import type { FrontOrder } from './fronts/messages.ts';
import { checkDeeply } from './health.ts';
import { openPrincipals, type Principals } from './principals.ts';
import { readQuotas } from './quota-settings.ts';
import { dynamoTables } from './region-tables.ts';
import type { newRegions, Region } from './regions.ts';
import { newRootKeys, openRootKeys } from './root-keys.ts';
import { newLocalSchedules } from './schedules.ts';

export interface LocalServiceOptions {
  /** The data folder; made if there is none. */
  readonly dataDir: string;
  /** Keeps keys and records in memory alone; the folder then holds the principals, so that `env` finds them. */
  readonly inMemory?: boolean;
  /** @default principals.json in the data folder */
  readonly principalsFile?: string | undefined;
  /** Keys and aliases to make before the service is ready, unless they are there. */
  readonly seedFile?: string | undefined;
  /** `aws`, or a file: docs/quotas.md. */
  readonly quotas?: string | undefined;
  /** A DynamoDB API elsewhere in place of the embedded one. */
  readonly dynamoDbEndpoint?: string | undefined;
  /** Root certificates in PEM; without them attestation documents are refused. */
  readonly attestationRootFile?: string | undefined;
  /** The policy of a VPC endpoint; without one, calls come through none. */
  readonly endpointPolicyFile?: string | undefined;
  /** For so long a new grant counts only with its token. @default 0 */
  readonly grantDelaySeconds?: number;
  /** Processes beside this one that answer calls, once they are started: docs/decisions/0014. */
  readonly fronts?: Fronts | undefined;
  readonly log: (entry: LogEntry) => void;
}

/** The KMS of one machine, without its HTTP server. */
export interface LocalService {
  readonly dataDir: string;
  readonly principals: Principals;
  /** The account of the first principal. */
  readonly account: string;
  /** Where keys are: for people. */
  readonly storage: string;
  /** Under which roots attestation documents are verified: for people. */
  readonly attestation: Attestation['name'] | undefined;
  /** Answers a call of the KMS API; never rejects. */
  call(operation: string, request: HttpRequest): Promise<HttpReply>;
  /** A call of a service of this project in a Region; see `Region`. */
  callAs(region: string, ...call: Parameters<Region['callAs']>): Promise<HttpReply>;
  /** Encrypts and decrypts on a key of the service's own. */
  checkDeeply(): Promise<void>;
  readonly folder: DataFolder;
  /** What is under `/_local/`. */
  readonly control: ControlFront;
  /** What fronts are told at their start, and ask for. */
  readonly forFronts: ForFronts;
  log(entry: LogEntry): void;
  /** Ends everything in order, writing out what is buffered. */
  close(): Promise<void>;
}

export interface ForFronts {
  readonly order: Pick<
    FrontOrder,
    'controlToken' | 'recordCacheSeconds' | 'grantDelaySeconds' | 'attestationRoots' | 'quotas'
  >;
  readonly regions: Pick<ReturnType<typeof newRegions>, 'settle'>;
  readonly auditLog: Pick<LocalAuditLog, 'takeOver'>;
  readonly controls: ControlEndpoints;
}

/** A record read from a database that others write to may be this old. */
const sharedCacheSeconds = 1;

export const openLocalService = async (options: LocalServiceOptions): Promise<LocalService> => {
  const { log, inMemory = false, dynamoDbEndpoint, attestationRootFile } = options;
  const { fronts, grantDelaySeconds = 0 } = options;
  const quotas = await readQuotas(options.quotas);
  if (fronts && quotas.requests) throw new Failure(requestsAreCountedInOneProcess);
  const folder = await openDataFolder(options.dataDir);
  const closers = [() => folder.close()];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };

  try {
    const say = (message: string) => log({ level: 'info', message });
    const principalsFile = options.principalsFile ?? folder.path('principals.json');
    const create = options.principalsFile === undefined;
    const change: Change | undefined = fronts && ((takeEffect) => fronts.changeFacts(async () => takeEffect()));
    const principals = await openPrincipals(principalsFile, { create, log: say, change });
    closers.push(async () => principals.close());

    const attestation = attestationRootFile === undefined ? undefined : await openAttestation(attestationRootFile);
    const { endpointPolicyFile } = options;
    const endpoint = endpointPolicyFile ? await openEndpointPolicy(endpointPolicyFile, say, change) : undefined;
    closers.push(async () => endpoint?.close());

    const dynamoDb = await openStorage(folder, inMemory, dynamoDbEndpoint);
    closers.push(dynamoDb.close);
    const own = await openClock(inMemory ? undefined : folder.path('clock.json'));
    const clock: Clock = fronts
      ? {
          ...own,
          moveTo: (instant) => fronts.changeFacts(() => own.moveTo(instant)),
          reset: () => fronts.changeFacts(own.reset),
        }
      : own;
    fronts?.factsFrom(() => ({
      offsetMs: own.offsetMs(),
      principals: principals.text(),
      endpointPolicy: endpoint?.text(),
    }));
    const auditLog: LocalAuditLog = inMemory
      ? newMemoryAuditLog()
      : await openSignedAuditLog({
          folder: folder.path('audit'),
          openKey: () => openDigestKey(folder.path(digestKeyFile)),
          clock: clock.now,
          log,
        });
    closers.push(() => auditLog.close());

    const rootKeys = inMemory ? newRootKeys() : await openRootKeys(folder);
    const deletedKeys = await openDeletedKeys(inMemory ? undefined : folder.path('deleted'));
    const recordCacheSeconds = dynamoDbEndpoint === undefined ? Infinity : sharedCacheSeconds;
    const { regions, call } = await newAnswering({
      tables: dynamoTables(dynamoDb, deletedKeys),
      recordCacheSeconds,
      shared: fronts,
      rootKeys,
      auditLog,
      clock: clock.now,
      principals,
      recipients: attestation?.recipients,
      grantDelaySeconds,
      ...(endpoint && { endpointPolicy: endpoint.current }),
      quotas,
      log,
    });
    closers.push(regions.close);

    const account = principals.all()[0]?.accountId ?? '';
    if (options.seedFile !== undefined) {
      // Loaded by those who seed alone: the others need no YAML.
      const { seedFrom } = await import('./seed.ts');
      const accounts = principals.all().map(({ accountId }) => accountId);
      await seedFrom(options.seedFile, { account, accounts, region: defaultRegion, regionOf: regions.get, log });
    }
    const schedules = newLocalSchedules({ regions: regions.existing, log, compact: dynamoDb.compact });
    closers.push(schedules.stop);
    closers.push(() => forgetControlToken(folder));
    const controlToken = await newControlToken(folder);
    const controls = {
      simulate: newSimulate(principals, regions.get),
      clock: newClockControl(clock, schedules),
      principals: newPrincipalsControl(principals),
    };

    schedules.start();

    return {
      dataDir: folder.path(),
      folder,
      control: newControlFront({ token: controlToken, endpoints: controls, log }),
      principals,
      account,
      storage: dynamoDb.name,
      attestation: attestation?.name,
      call,
      callAs: async (region, ...call) => {
        if (!isRegion(region)) throw new RangeError(`there is no Region ${region}`);
        return regions.get(region).callAs(...call);
      },
      checkDeeply: () => checkDeeply(regions.get(defaultRegion)),
      forFronts: {
        order: {
          controlToken,
          recordCacheSeconds,
          grantDelaySeconds,
          attestationRoots: attestation?.roots,
          quotas: quotas.resources,
        },
        regions,
        auditLog,
        controls,
      },
      log,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};

const requestsAreCountedInOneProcess = {
  what: 'request quotas cannot be kept by several processes',
  why: 'each request is counted in memory, by the one process that answers it',
  hint: 'leave out --processes, or --quotas',
};

const openStorage = async (folder: DataFolder, inMemory: boolean, endpoint: string | undefined) => {
  if (endpoint !== undefined) {
    const { reachDynamoDb } = await import('./external-dynamodb.ts'); // loads the SDK, which others do not need
    const dynamoDb = await reachDynamoDb(endpoint);
    if (!inMemory) await noteExternalStorage(folder, endpoint);
    return { name: endpoint, ...dynamoDb, compact: async () => {} };
  }
  const embedded = await openEmbeddedDynamoDb(inMemory ? {} : { path: folder.path('db') });
  return { name: inMemory ? 'memory' : 'disk', ...embedded };
};
