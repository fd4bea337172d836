import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type KmsServer, listenOn, type ServerOptions } from '../server.ts';
import type { LocalService } from '../service.ts';
import { newDealer } from './dealer.ts';
import { type FrontOptions, type StartedFront, startFront } from './start-front.ts';

/** How often fronts are looked after. */
const lookEverySeconds = 5;
/** Before another takes the place of one that could not even start. */
const breathSeconds = 1;

/**
 * Has fronts answer in place of this process, which accepts connections for them. One that ends takes down its
 * connections alone, and another takes its place. Resolves once all listen.
 *
 * @param processes how many answer calls
 * @throws {Error} of the system, or of a front that cannot start
 */
export const listenByFronts = async (
  service: LocalService,
  processes: number,
  options: FrontOptions & ServerOptions,
): Promise<KmsServer> => {
  const { log } = service;
  const { fronts } = options;
  const dealer = newDealer();
  const server = createServer({ pauseOnConnect: true, noDelay: true }, dealer.deal);
  const port = await listenOn(server, options);
  const start = () => startFront(service, options);
  const running = new Set<StartedFront>();
  let stopping = false;

  /** Sees to it that a place is taken, until nobody is wanted any more. */
  const keep = async (first: StartedFront): Promise<void> => {
    for (let front: StartedFront | undefined = first; front; front = await next()) {
      running.add(front);
      dealer.join(front);
      if (stopping) void front.end();
      await front.gone;
      dealer.leave(front);
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
    server.close();
    dealer.close();
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
