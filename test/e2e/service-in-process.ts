import type { LogEntry } from '../../lambdas/pipeline/ports.ts';
import { listen } from '../../local/server.ts';
import { openLocalService } from '../../local/service.ts';
import { newFolder } from './folders.ts';
import { signedCalls } from './signed-calls.ts';

/** The local service on a port of its own in this process, so that a test sees its log; nothing is kept. */
export const startInProcess = async (requestTimeoutSeconds?: number) => {
  const logged: LogEntry[] = [];
  const log = (entry: LogEntry) => void logged.push(entry);
  const service = await openLocalService({ dataDir: await newFolder(), inMemory: true, log });
  const timeout = requestTimeoutSeconds === undefined ? {} : { requestTimeoutSeconds };
  const server = await listen(service, { host: '127.0.0.1', port: 0, ...timeout });
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
