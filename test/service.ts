import { randomBytes } from 'node:crypto';
import type { Caller } from '../core/model/caller.ts';
import type { KeyRecord } from '../core/model/key-record.ts';
import { awsResourceQuotas } from '../core/model/quotas.ts';
import { compilePolicy } from '../core/policy/policy.ts';
import { everyAlgorithm } from '../lambdas/every-algorithm.ts';
import { newKeyring } from '../lambdas/keyring.ts';
import { newManagedKeys } from '../lambdas/managed-keys.ts';
import { type OperationName, operations } from '../lambdas/operations/index.ts';
import { recordOf } from '../lambdas/pipeline/audit-entry.ts';
import { headerValues } from '../lambdas/pipeline/header-values.ts';
import { serve } from '../lambdas/pipeline/index.ts';
import type { AuditRecord, HttpReply, HttpRequest, LogEntry, Runtime, Standing } from '../lambdas/pipeline/ports.ts';
import { storesOf } from '../lambdas/pipeline/uses.ts';
import { newKeyPolicies } from '../lambdas/policies.ts';
import { newQuotas } from '../lambdas/quotas.ts';
import { callerOfService, type ServiceCall } from '../lambdas/service-caller.ts';
import { openEmbeddedDynamoDb } from '../local/embedded-dynamodb.ts';
import { newRootKeys } from '../local/root-keys.ts';
import { serviceRequest } from '../local/service-requests.ts';
import { createTables } from '../stores/dynamo/create-tables.ts';
import type { Documents } from '../stores/dynamo/documents.ts';
import { dynamoStores } from '../stores/dynamo/stores.ts';
import type { Sweepers } from '../stores/ports.ts';
import { type BufferedUsage, bufferedUsage } from '../stores/usage-tracking.ts';
import { storesWithin } from '../stores/within.ts';
import { rsaMadeBefore } from './rsa-keys.ts';
import { newSecretWatch, type SecretWatch } from './secret-watch.ts';
import { watchBody, watchedKeyring, watchedLog, watchedOperation } from './watched.ts';

export const accountId = '111122223333';
export const otherAccountId = '444455556666';
export const region = 'us-east-1';

export const userOf = (account: string, name: string): Caller => ({
  accountId: account,
  arn: `arn:aws:iam::${account}:user/${name}`,
  type: 'IAMUser',
  principalId: 'AIDAEXAMPLEEXAMPLE000',
  accessKeyId: 'AKIAEXAMPLEEXAMPLE00',
  userName: name,
});

/** Identity policies of one statement. */
export const allowed = (...Statement: object[]): Standing => ({
  identity: [compilePolicy({ Version: '2012-10-17', Statement }, 'identity')],
  tags: {},
});

/** What a call came back with: the members of the answer, or `__type` and `message`, under whichever name it comes. */
export interface Answer {
  readonly status: number;
  readonly requestId: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every operation
  readonly [member: string]: any;
}

const answerOf = ({ status, body }: HttpReply) => {
  const { Message, ...members } = body === '' ? {} : JSON.parse(body);
  return { status, ...members, ...(Message !== undefined && { message: Message }) };
};

type Parameters = Readonly<Record<string, unknown>>;

/** Bytes in parameters travel as base64, as clients send them. */
const toJson = (parameters: Parameters): string =>
  JSON.stringify(parameters, function (this: Parameters, name, value: unknown) {
    const raw = this[name];
    return raw instanceof Uint8Array ? Buffer.from(raw).toString('base64') : value;
  });

/**
 * The real pipeline on the real stores, on a DynamoDB in memory. The caller is given, not authenticated; the clock stands
 * still until it is moved; audit records, none of which may tell a secret, and log lines are kept for the test to look
 * at. `around` comes between the stores and everybody, `beforeWrite` before each item that is written or deleted.
 */
export const newService = async (
  overrides: Partial<Runtime> = {},
  around = (stores: Sweepers): Sweepers => stores,
  beforeWrite = () => {},
) => {
  const dynamoDb = await openEmbeddedDynamoDb();
  const documents: Documents = {
    ...dynamoDb.documents,
    async put(input) {
      beforeWrite();
      return dynamoDb.documents.put(input);
    },
    async delete(input) {
      beforeWrite();
      return dynamoDb.documents.delete(input);
    },
  };
  const rootKeys = newRootKeys();
  const newRsa = rsaMadeBefore();
  const regions = new Map<string, Promise<ServiceRegion>>();
  /** The same service in another Region: its own tables, and the same caller, clock and audit log. */
  const inRegion = (name: string): Promise<ServiceRegion> => {
    const opened = regions.get(name) ?? openRegion(name);
    regions.set(name, opened);
    return opened;
  };
  const audited: AuditRecord[] = [];
  const secrets = newSecretWatch();
  const logged: LogEntry[] = [];
  const refusals: LogEntry[] = [];
  let caller = userOf(accountId, 'admin');
  let standing: Standing = allowed({ Effect: 'Allow', Action: 'kms:*', Resource: '*' });
  let arriving: Partial<HttpRequest> = {};
  let now = new Date('2026-11-21T12:00:00Z');

  const markerKey = randomBytes(32);
  const quotas = newQuotas(awsResourceQuotas, { clock: () => now, onlyWriter: true });
  const openRegion = async (name: string): Promise<ServiceRegion> => {
    const tableNameOf = (table: string) => `${name}-${table}`;
    await createTables(dynamoDb.tables, tableNameOf);
    const stored = around(dynamoStores(documents, tableNameOf));
    const stores = { ...stored, usage: bufferedUsage(stored.usage) };
    // Each Region has the material that is in its own store, and no other at hand.
    const ours = () => watchedKeyring(newKeyring(rootKeys, randomBytes, everyAlgorithm, newRsa), rootKeys, secrets);
    const keyring = overrides.keyring ?? ours();
    const runtime: Runtime = {
      region: name,
      clock: () => now,
      random: randomBytes,
      authenticate: () => caller,
      standingOf: () => standing,
      principalExists: () => true,
      keyPolicyOf: newKeyPolicies(),
      storesFor: (uses) => storesWithin(stores, storesOf(uses)),
      inRegion: async (other) => (await inRegion(other)).stores,
      keyring,
      managedKeys: () => newManagedKeys(stores, { keyring, region: name, random: randomBytes }),
      markerKey,
      quotas,
      log: (entry) => void (entry.action === undefined ? logged : refusals).push(entry),
      ...overrides,
      auditLog: watchedLog(
        overrides.auditLog ?? { write: async (entry) => void audited.push(recordOf(entry)) },
        secrets,
      ),
    };
    return { stores, runtime, ...callsTo(runtime, () => arriving, secrets) };
  };
  const { stores, runtime, send, call, callAs } = await inRegion(region);

  return {
    stores,
    runtime,
    audited,
    /** What no audit record may tell. */
    secrets,
    /** What the log tells besides refusals: trouble. */
    logged,
    /** What the log tells of calls that were refused. */
    refusals,
    send,
    call,
    callAs,
    inRegion,
    as: (next: Caller) => {
      caller = next;
    },
    /** The policies of whoever calls next; at first they allow everything. */
    withStanding: (next: Standing) => {
      standing = next;
    },
    /** How the next calls come in, where it is not as ever. */
    arriving: (next: Partial<HttpRequest>) => {
      arriving = next;
    },
    moveClock: (seconds: number) => {
      now = new Date(now.getTime() + seconds * 1000);
    },
    now: () => now,
    /** A key made through CreateKey; `record` then puts it in a state that no operation reaches directly. */
    async newKey(parameters: Parameters = {}, record: Partial<KeyRecord> = {}) {
      const { KeyMetadata } = await call('CreateKey', parameters);
      if (Object.keys(record).length > 0) {
        const stored = await stores.keys.get(KeyMetadata.KeyId);
        if (stored) await stores.keys.update(stored, record);
      }
      audited.length = 0;
      return { KeyId: String(KeyMetadata.KeyId), Arn: String(KeyMetadata.Arn) };
    },
    close: () => dynamoDb.close(),
  };
};

/** One Region of the service. */
export interface ServiceRegion extends ReturnType<typeof callsTo> {
  readonly stores: Omit<Sweepers, 'usage'> & { readonly usage: BufferedUsage };
  readonly runtime: Runtime;
}

/** @param arriving how calls come in, where it is not as ever */
const callsTo = (runtime: Runtime, arriving: () => Partial<HttpRequest>, secrets: SecretWatch) => {
  const handlers = new Map<OperationName, ReturnType<typeof serve>>();
  /** Made when it is first called: a test calls few of them. */
  const handlerOf = (name: OperationName) => {
    const operation = operations.find((known) => known.name === name);
    if (operation === undefined) throw new Error(`no operation ${name}`);
    const handler = handlers.get(name) ?? serve(watchedOperation(operation, secrets), runtime);
    handlers.set(name, handler);
    return handler;
  };

  const send = async (name: OperationName, body: string | Uint8Array, contentType = 'application/x-amz-json-1.1') => {
    watchBody(name, Buffer.from(body).toString(), secrets);
    const reply = await handlerOf(name)({
      method: 'POST',
      path: '/',
      query: '',
      headers: headerValues(['Content-Type', contentType]),
      body: Buffer.from(body),
      sourceIp: '127.0.0.1',
      requestId: '00000000-0000-4000-8000-00000000000a',
      ...arriving(),
    });
    return { ...answerOf(reply), requestId: String(reply.headers['x-amzn-requestid']) } as Answer;
  };
  const call = (name: OperationName, parameters: Parameters = {}) => send(name, toJson(parameters));
  /** A call from inside, as services of this project make it. */
  const callAs = async (as: ServiceCall, name: OperationName, parameters: Parameters = {}) => {
    const reply = await handlerOf(name)(serviceRequest(as.service, parameters), callerOfService(as));
    return answerOf(reply) as Answer;
  };
  return { send, call, callAs };
};

export type Service = Awaited<ReturnType<typeof newService>>;
