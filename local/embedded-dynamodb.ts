import { mkdir } from 'node:fs/promises';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import db, { type Store } from 'dynalite/db/index.js';
import { endIterators } from './embedded-dynamodb/ended-iterators.ts';
import { execute } from './embedded-dynamodb/operations.ts';
import { finishTables } from './embedded-dynamodb/unfinished-tables.ts';

export interface EmbeddedDynamoDb {
  /** For `new DynamoDBClient(clientConfig)`; any number of clients may share it, and destroying one harms nothing. */
  readonly clientConfig: DynamoDBClientConfig;
  /** Waits for running operations, then closes LevelDB; later calls are refused. May be called again. */
  close(): Promise<void>;
  /** Takes off the disk what was deleted or replaced: LevelDB itself does so when it comes to it. */
  compact(): Promise<void>;
}

/**
 * The DynamoDB API in this process: dynalite's operations on LevelDB, without a port that others could reach.
 * We call its operations and not its HTTP server, because the server throws storage errors into the event loop.
 *
 * A write that was answered survives the end of the process, `kill -9` included, and item and index entries are written
 * together or not at all. It is not synced to disk: a power cut may take the last moments.
 *
 * @param options.path LevelDB folder, created if need be; in memory without it
 * @throws {Error} with code LEVEL_DATABASE_NOT_OPEN, and the reason in `cause` (LEVEL_LOCKED: another process has it)
 */
export const openEmbeddedDynamoDb = async ({ path }: { path?: string } = {}): Promise<EmbeddedDynamoDb> => {
  if (path !== undefined) await mkdir(path, { recursive: true, mode: 0o700 });
  const store = db.create({ ...(path !== undefined && { path }), createTableMs: 0 });
  endIterators(store);
  await store.db.open();
  await finishTables(store);

  const { handler, drain } = requestHandler(store);
  let closed: Promise<void> | undefined;
  return {
    clientConfig: { ...staticConfig, requestHandler: handler },
    compact: () => compact(store),
    close() {
      closed ??= drain().then(() => store.db.close());
      return closed;
    },
  };
};

/**
 * LevelDB merges a file only into one of a deeper level that overlaps with it. What is written at both ends makes each
 * round overlap with everything: the first takes what was written to the files, the second takes out of them what was
 * deleted or replaced. One in memory keeps nothing of that.
 */
const compact = async ({ db }: Store): Promise<void> => {
  const [first, last] = ['\u0000', '\uffff'] as const;
  for (let round = 1; round <= 2 && db.compactRange; round += 1) {
    const ends = [first, last].map((key) => ({ type: 'del', key }) as const);
    await new Promise<void>((resolve, reject) => db.batch(ends, (error) => (error ? reject(error) : resolve())));
    await db.compactRange(first, last);
  }
};

/** Nothing is looked up (profiles, metadata, endpoints), signed or retried: nobody is in between. */
const staticConfig = {
  region: 'us-east-1',
  endpoint: 'http://embedded.invalid',
  credentials: { accessKeyId: 'embedded', secretAccessKey: 'embedded' },
  signer: { sign: async (request) => request },
  accountIdEndpointMode: 'disabled',
  endpointDiscoveryEnabled: false,
  maxAttempts: 1,
} satisfies DynamoDBClientConfig;

type RequestHandler = NonNullable<DynamoDBClientConfig['requestHandler']>;

/** What we read of the SDK's request: the operation in `x-amz-target`, DynamoDB's JSON in the body. */
interface Request {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

interface RequestOptions {
  readonly abortSignal?: { readonly aborted: boolean };
}

const text = (body: Request['body'] = ''): string => (typeof body === 'string' ? body : new TextDecoder().decode(body));

/** The HTTP client of the SDK, without HTTP. `drain` refuses new requests and waits for those that run. */
const requestHandler = (store: Store): { handler: RequestHandler; drain(): Promise<void> } => {
  const running = new Set<Promise<unknown>>();
  let open = true;

  const handler = {
    async handle({ headers, body }: Request, { abortSignal }: RequestOptions = {}) {
      if (!open) throw new Error('embedded DynamoDB: closed');
      if (abortSignal?.aborted) throw new DOMException('Request aborted', 'AbortError'); // the name the SDK looks for
      const name = headers['x-amz-target']?.split('.').at(-1) ?? '';
      const operation = execute(store, name, JSON.parse(text(body)));
      running.add(operation);
      try {
        const reply = await operation;
        const response = { statusCode: reply.statusCode, headers: {}, body: Buffer.from(JSON.stringify(reply.body)) };
        return { response };
      } finally {
        running.delete(operation);
      }
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {},
  } satisfies RequestHandler;

  return {
    handler,
    async drain() {
      open = false;
      await Promise.allSettled(running);
    },
  };
};
