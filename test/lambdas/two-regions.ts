import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { vi } from 'vitest';
import { everyAlgorithm } from '../../lambdas/every-algorithm.ts';
import { lambdaHandler } from '../../lambdas/gateway.ts';
import { newManagedKeys } from '../../lambdas/managed-keys.ts';
import type { Operation } from '../../lambdas/operation.ts';
import { type OperationName, operations } from '../../lambdas/operations/index.ts';
import { awsKeyring } from '../../lambdas/root-keys.ts';
import { runSchedule } from '../../lambdas/run-schedule.ts';
import { lambdaRuntime } from '../../lambdas/runtime.ts';
import { schedules } from '../../lambdas/schedules/index.ts';
import { type EmbeddedDynamoDb, openEmbeddedDynamoDb } from '../../local/embedded-dynamodb.ts';
import { createTables } from '../../stores/dynamo/create-tables.ts';
import { sdkDocuments } from '../../stores/dynamo/sdk-documents.ts';
import { dynamoStores } from '../../stores/dynamo/stores.ts';
import type { Answer } from '../service.ts';
import { gatewayEvent } from './gateway-event.ts';

export const home = 'us-east-1';
export const sister = 'eu-west-1';
const names = [home, sister];

/** What becomes of requests to a Region: `down` refuses each connection, `hung` takes the request and says nothing. */
export type Health = 'up' | 'down' | 'hung' | 'unauthorized';

/** What a Region was asked for: an action on a table of this short name, and the index that was queried. */
export interface Asked {
  readonly action: string;
  readonly table: string;
  readonly index: string | undefined;
}

const prefix = 'kms-';
const tableNameOf = (table: string) => `${prefix}${table}`;

/** What else functions ask, of services that are always up. */
const otherServices: Readonly<Record<string, object>> = {
  'AmazonSQS.SendMessage': { MessageId: 'm' },
  'secretsmanager.GetSecretValue': { SecretString: 'Sample00'.repeat(8) },
};

/**
 * DynamoDB as AWS has it: one database a Region, the same names of tables in each. A request goes to the Region that it
 * is signed for, so that the clients under test are those of AWS, with nothing changed but the host.
 */
const startDatabases = async () => {
  const databases = new Map<string, EmbeddedDynamoDb>();
  for (const name of names) {
    const database = await openEmbeddedDynamoDb();
    await createTables(database.tables, tableNameOf);
    databases.set(name, database);
  }
  const health = new Map<string, Health>();
  const asked = new Map<string, Asked[]>(names.map((name) => [name, []]));
  /** Called with each write as it arrives. */
  let onWrite = (_region: string) => {};

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const other = otherServices[String(request.headers['x-amz-target'])];
    if (other !== undefined) return void response.end(JSON.stringify(other));
    const [, region = ''] =
      /Credential=[^/]+\/\d+\/([^/]+)\/dynamodb/.exec(String(request.headers.authorization)) ?? [];
    const action = String(request.headers['x-amz-target']).replace(/^.*\./, '');
    if (/^(Put|Delete)Item$/.test(action)) onWrite(region);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    const input = new Promise<object>((resolve) => {
      request.on('end', () => {
        const whole = JSON.parse(Buffer.concat(chunks).toString());
        const table = String(whole.TableName).slice(prefix.length);
        asked.get(region)?.push({ action, table, index: whole.IndexName });
        resolve(whole);
      });
    });
    // By the clock of the test: the SDK tries again what was refused by a service whose clock is another.
    response.setHeader('date', new Date().toUTCString());
    const state = health.get(region) ?? 'up';
    if (state === 'down') return void request.socket.destroy();
    if (state === 'hung') return;
    if (state === 'unauthorized') {
      response.statusCode = 400;
      return void response.end('{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"no"}');
    }
    const reply = await databases.get(region)?.ask(action, await input);
    response.statusCode = reply?.statusCode ?? 500;
    response.end(JSON.stringify(reply?.body));
  };
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo; // listens on TCP
  return {
    endpoint: `http://127.0.0.1:${port}`,
    health,
    asked,
    watchWrites: (watch: (region: string) => void) => {
      onWrite = watch;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
};

const onTheWire = (value: unknown): unknown => (Buffer.isBuffer(value) ? value.toString('base64') : value);

/**
 * Two Regions of an installation on AWS, as far as there is an AWS here: the real functions on the real runtime, told
 * of their world by the environment alone, which the test takes back. The clock is that of the test.
 */
export const startTwoRegions = async () => {
  const databases = await startDatabases();
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const environment = {
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLEEXAMPLE00',
    AWS_SECRET_ACCESS_KEY: 'none',
    AWS_ENDPOINT_URL: databases.endpoint,
    KEYS_TABLE: tableNameOf('keys'),
    ALIASES_TABLE: tableNameOf('aliases'),
    GRANTS_TABLE: tableNameOf('grants'),
    USAGE_TABLE: tableNameOf('usage'),
    AUDIT_QUEUE_URL: 'https://queue.invalid/audit',
    INSTALLATION_ID: 'kms',
    ROOT_ARNS: 'kms/root-1',
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);

  const openRegion = async (region: string) => {
    const client = new DynamoDBClient({ region });
    vi.stubEnv('AWS_REGION', region);
    vi.stubEnv('OTHER_REGIONS', names.filter((other) => other !== region).join());
    const runtime = lambdaRuntime(awsKeyring(everyAlgorithm), { makeManagedKeys: newManagedKeys });
    const declared: readonly Operation[] = operations;
    const handlers = new Map(declared.map((operation) => [operation.name, lambdaHandler(operation, runtime)]));
    return {
      runtime,
      /** What is stored, nothing of it kept in between. */
      stores: dynamoStores(sdkDocuments(client), tableNameOf),
      async call(name: OperationName, parameters: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
        const sent = Object.entries(parameters).map(([member, value]) => [member, onTheWire(value)]);
        const result = await handlers.get(name)?.(gatewayEvent(name, Object.fromEntries(sent)));
        return { status: result?.statusCode, ...JSON.parse(result?.body || '{}') } as Answer;
      },
      pass(name: (typeof schedules)[number]['name']) {
        const schedule = schedules.find((known) => known.name === name);
        if (schedule === undefined) throw new Error(`no schedule ${name}`);
        return runSchedule(schedule, runtime)({ wait: async () => {} });
      },
    };
  };
  const regions = { [home]: await openRegion(home), [sister]: await openRegion(sister) } as const;

  return {
    home: regions[home],
    sister: regions[sister],
    health: databases.health,
    /** What each Region was asked, by whomever, since the last time. */
    asked: (region: string) => databases.asked.get(region)?.splice(0) ?? [],
    watchWrites: databases.watchWrites,
    /** What the log says since it was last asked. */
    logged: () => written.mock.calls.splice(0).map(([line]) => JSON.parse(String(line))),
    moveClock: (seconds: number) => void vi.advanceTimersByTime(seconds * 1000),
    close() {
      databases.close();
      written.mockRestore();
    },
  };
};

export type TwoRegions = Awaited<ReturnType<typeof startTwoRegions>>;
