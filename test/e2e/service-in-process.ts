import { createServer } from 'node:net';
import type { LogEntry } from '../../lambdas/pipeline/ports.ts';
import { listen, listenOn, serveConnections, type TimeLimits } from '../../local/server.ts';
import { openLocalService } from '../../local/service.ts';
import { newFolder } from './folders.ts';
import { signedCalls } from './signed-calls.ts';

/** Listens as `listen` does, by a server that does nothing but pass on connections. */
export const listenForAnother: typeof listen = async (service, options) => {
  const { take, stop } = serveConnections(service, options);
  const server = createServer({ pauseOnConnect: true, noDelay: true }, take);
  const port = await listenOn(server, options);
  return {
    port,
    async stop() {
      server.close();
      await stop();
    },
  };
};

/** The local service on a port of its own in this process, so that a test sees its log; nothing is kept. */
export const startInProcess = async ({
  listening = listen,
  ...limits
}: TimeLimits & { listening?: typeof listen } = {}) => {
  const logged: LogEntry[] = [];
  const log = (entry: LogEntry) => void logged.push(entry);
  const service = await openLocalService({ dataDir: await newFolder(), inMemory: true, log });
  const server = await listening(service, { host: '127.0.0.1', port: 0, ...limits });
  const endpoint = `http://127.0.0.1:${server.port}`;
  const [admin] = service.principals.all();
  if (admin === undefined) throw new Error('no principal was made');
  const { accessKeyId, secretAccessKey } = admin;
  const calls = await signedCalls(endpoint, { accessKeyId, secretAccessKey });
  return {
    endpoint,
    server,
    service,
    calls,
    logged,
    errors: () => logged.filter(({ level }) => level === 'error'),
    async close() {
      calls.close();
      await server.stop();
      await service.close();
    },
  };
};

export type InProcess = Awaited<ReturnType<typeof startInProcess>>;
