import cluster from 'node:cluster';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { KmsServer } from '../server.ts';
import type { LocalService } from '../service.ts';
import { type FrontOptions, type StartedFront, startFront } from './start-front.ts';

/** How often fronts are looked after. */
const lookEverySeconds = 5;
/** Before another takes the place of one that could not even start. */
const breathSeconds = 1;

/**
 * Has fronts answer in place of this process, which deals out connections to them in turn. One that ends takes down its
 * connections alone, and another takes its place. Resolves once all listen.
 *
 * @param processes how many answer calls
 * @throws {Error} of the system, or of a front that cannot start
 */
export const listenByFronts = async (
  service: LocalService,
  processes: number,
  options: FrontOptions,
): Promise<KmsServer> => {
  const { log } = service;
  const { fronts } = options;
  cluster.schedulingPolicy = cluster.SCHED_RR;
  const exec = fileURLToPath(new URL('../../bin/front.mjs', import.meta.url));
  cluster.setupPrimary({ exec, args: [], serialization: 'advanced' });

  const port = await freePort(options);
  const start = () => startFront(service, { ...options, port });
  const running = new Set<StartedFront>();
  let stopping = false;

  /** Sees to it that a place is taken, until nobody is wanted any more. */
  const keep = async (first: StartedFront): Promise<void> => {
    for (let front: StartedFront | undefined = first; front; front = await next()) {
      running.add(front);
      if (stopping) void front.end();
      await front.gone;
      running.delete(front);
      if (!stopping) log({ level: 'warn', message: `front ${front.pid} has ended; another takes its place` });
    }
  };
  const next = async (): Promise<StartedFront | undefined> => {
    while (!stopping) {
      try {
        return await start();
      } catch (error) {
        if (stopping) break;
        log({ level: 'error', message: 'no front could take its place', error });
        await pause(breathSeconds * 1000);
      }
    }
    return undefined;
  };

  const started = await Promise.allSettled(Array.from({ length: processes }, start));
  const places = started.flatMap((one) => (one.status === 'fulfilled' ? [keep(one.value)] : []));
  const looking = setInterval(() => void fronts.lookAfter(), lookEverySeconds * 1000).unref();
  const stop = async () => {
    stopping = true;
    clearInterval(looking);
    for (const front of running) void front.end();
    await Promise.all(places);
  };
  const failed = started.find((one) => one.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return { port, stop };
};

/** A port that this process may listen on, though it is the cluster that will: every front has to name the same. */
const freePort = async ({ host, port }: Pick<FrontOptions, 'host' | 'port'>): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : port;
};
