import { isRegion } from '../core/model/arn.ts';
import { KmsError } from '../core/model/errors.ts';
import type { AuditLog, HttpReply, HttpRequest, LogEntry } from '../lambdas/pipeline/ports.ts';
import { replyToError } from '../lambdas/pipeline/reply.ts';
import { type Attestation, openAttestation } from './attestation.ts';
import { digestKeyFile, openDigestKey } from './audit/digest-key.ts';
import { newMemoryAuditLog } from './audit/memory-audit-log.ts';
import { openSignedAuditLog } from './audit/signed-audit-log.ts';
import { openClock } from './clock.ts';
import { newClockControl } from './control/clock.ts';
import { type ControlFront, newControlFront } from './control/front.ts';
import { newSimulate } from './control/simulate.ts';
import { forgetControlToken, newControlToken } from './control/token.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { defaultRegion } from './default-region.ts';
import { openDeletedKeys } from './deleted-keys.ts';
import { openEmbeddedDynamoDb } from './embedded-dynamodb.ts';
import { madeUpEndpoint, openEndpointPolicy } from './endpoint-policy.ts';
import { noteExternalStorage, reachDynamoDb } from './external-dynamodb.ts';
import { checkDeeply } from './health.ts';
import { markerKey } from './marker-key.ts';
import { openPrincipals, type Principals } from './principals.ts';
import { readQuotas } from './quota-settings.ts';
import { newRegions, type Region } from './regions.ts';
import { newRootKeys, openRootKeys } from './root-keys.ts';
import { newLocalSchedules } from './schedules.ts';
import { credentialScope, newSigV4Verifier } from './sigv4.ts';
import { newStandings } from './standing.ts';

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
  log(entry: LogEntry): void;
  /** Ends everything in order, writing out what is buffered. */
  close(): Promise<void>;
}

/** A record read from a database that others write to may be this old. */
const sharedCacheSeconds = 1;

export const openLocalService = async (options: LocalServiceOptions): Promise<LocalService> => {
  const { log, inMemory = false, dynamoDbEndpoint, attestationRootFile } = options;
  const quotas = await readQuotas(options.quotas);
  const folder = await openDataFolder(options.dataDir);
  const closers = [() => folder.close()];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };

  try {
    const say = (message: string) => log({ level: 'info', message });
    const principalsFile = options.principalsFile ?? folder.path('principals.json');
    const principals = await openPrincipals(principalsFile, { create: options.principalsFile === undefined, log: say });
    closers.push(async () => principals.close());

    const attestation = attestationRootFile === undefined ? undefined : await openAttestation(attestationRootFile);
    const endpoint = options.endpointPolicyFile ? await openEndpointPolicy(options.endpointPolicyFile, say) : undefined;
    closers.push(async () => endpoint?.close());

    const dynamoDb = await openStorage(folder, inMemory, dynamoDbEndpoint);
    closers.push(dynamoDb.close);
    const clock = await openClock(inMemory ? undefined : folder.path('clock.json'));
    const auditLog: AuditLog & { close(): Promise<void> } = inMemory
      ? newMemoryAuditLog()
      : await openSignedAuditLog({
          folder: folder.path('audit'),
          openKey: () => openDigestKey(folder.path(digestKeyFile)),
          clock: clock.now,
          log,
        });
    closers.push(() => auditLog.close());

    const verify = newSigV4Verifier({
      find: principals.find,
      now: () => new Date(),
      clock: clock.now,
      services: ['kms', 'execute-api'],
      maxSkewSeconds: 300,
    });
    const rootKeys = inMemory ? newRootKeys() : await openRootKeys(folder);
    const regions = newRegions({
      dynamoDb: dynamoDb.config,
      recordCacheSeconds: dynamoDbEndpoint === undefined ? Infinity : sharedCacheSeconds,
      rootKeys,
      markerKey: markerKey(await rootKeys.current()),
      deletedKeys: await openDeletedKeys(inMemory ? undefined : folder.path('deleted')),
      auditLog,
      clock: clock.now,
      verify,
      standingOf: newStandings(principals.find),
      recipients: attestation?.recipients,
      principalExists: principals.exists,
      grantDelaySeconds: options.grantDelaySeconds ?? 0,
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
    const control = newControlFront({
      token: await newControlToken(folder),
      endpoints: { simulate: newSimulate(principals, regions.get), clock: newClockControl(clock, schedules) },
      log,
    });

    schedules.start();

    return {
      dataDir: folder.path(),
      folder,
      control,
      principals,
      account,
      storage: dynamoDb.name,
      attestation: attestation?.name,
      async call(operation, request) {
        const named = credentialScope(request.headers)?.region ?? defaultRegion;
        const handler = regions.get(isRegion(named) ? named : defaultRegion).handler(operation);
        if (handler) return handler(endpoint ? { ...request, vpc: madeUpEndpoint } : request);
        const message = `This service has no operation ${operation}`;
        return replyToError(request.requestId, new KmsError('UnknownOperationException', message));
      },
      callAs: async (region, ...call) => {
        if (!isRegion(region)) throw new RangeError(`there is no Region ${region}`);
        return regions.get(region).callAs(...call);
      },
      checkDeeply: () => checkDeeply(regions.get(defaultRegion)),
      log,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};

const openStorage = async (folder: DataFolder, inMemory: boolean, endpoint: string | undefined) => {
  if (endpoint !== undefined) {
    const config = await reachDynamoDb(endpoint);
    if (!inMemory) await noteExternalStorage(folder, endpoint);
    return { name: endpoint, config, close: async () => {}, compact: async () => {} };
  }
  const embedded = await openEmbeddedDynamoDb(inMemory ? {} : { path: folder.path('db') });
  return {
    name: inMemory ? 'memory' : 'disk',
    config: embedded.clientConfig,
    close: embedded.close,
    compact: embedded.compact,
  };
};
