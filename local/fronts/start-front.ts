import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { frontsFolder, spoolFile } from '../audit/names.ts';
import type { LocalService } from '../service.ts';
import { functionsForFront } from './for-front.ts';
import type { Front, Fronts } from './fronts.ts';
import { type Channel, newLink } from './link.ts';
import type { FrontFunctions } from './messages.ts';

export interface FrontOptions {
  readonly fronts: Fronts;
  /** Whether its log leaves out what is no trouble. */
  readonly quiet: boolean;
}

export interface StartedFront extends Front {
  /** Has it answer what came in, and end; by force if that takes too long. */
  end(): Promise<void>;
}

const program = fileURLToPath(new URL('../../bin/front.mjs', import.meta.url));
/** Some requests may still come in whole when it is told to end: half a minute at most. */
const endingSeconds = 45;

/**
 * Starts one front, and waits until it can take connections.
 *
 * @throws {Error} when it cannot, which is why it ended
 */
export const startFront = async (service: LocalService, options: FrontOptions): Promise<StartedFront> => {
  const { log, folder } = service;
  const { fronts, quiet } = options;
  const spool = folder.path('audit', frontsFolder, randomUUID(), spoolFile);
  await mkdir(dirname(spool), { recursive: true, mode: 0o700 });

  const started = fork(program, { serialization: 'advanced' });
  const { pid = 0 } = started;
  const exited = new Promise<void>((resolve) => started.once('exit', () => resolve()));
  const kill = () => void started.kill('SIGKILL');
  started.on('error', (error) => {
    log({ level: 'error', message: `front ${pid} cannot be reached; it is ended`, error });
    kill();
  });
  const loaded = Promise.withResolvers<void>();
  const link = newLink<FrontFunctions>(toFront(started), functionsForFront(service, loaded.resolve));
  const front: Front = { pid, link, gone: exited, kill };
  const gone = exited.then(async () => {
    fronts.leave(front);
    await takeOver(spool, service);
  });
  const untilGone = <T>(waited: Promise<T>): Promise<T> =>
    Promise.race([
      waited,
      gone.then(() => {
        throw new Error(`front ${pid} has ended by ${started.signalCode ?? started.exitCode}`);
      }),
    ]);

  try {
    await untilGone(loaded.promise);
    const order = { ...service.forFronts.order, dataDir: service.dataDir, storage: service.storage };
    const own = { quiet, spool, controls: Object.keys(service.forFronts.controls) };
    // From here on it hears of every change, and the order says what is being changed now: in one turn.
    const held = fronts.join(front);
    await untilGone(link.ask('start', { ...order, ...own, facts: fronts.facts(), held }));
  } catch (error) {
    kill();
    await gone;
    throw new Error(`front ${pid} could not start`, { cause: error });
  }

  return {
    ...front,
    gone,
    async end() {
      const enough = new AbortController();
      const tooLong = pause(endingSeconds * 1000, undefined, { signal: enough.signal }).then(() => {
        throw new Error(`it has not ended in ${endingSeconds} s`);
      });
      try {
        await Promise.race([untilGone(link.ask('end')), tooLong]);
        started.disconnect();
      } catch (error) {
        log({ level: 'warn', message: `front ${pid} is ended by force`, error });
        kill();
      } finally {
        enough.abort();
        await tooLong.catch(() => {});
      }
      await gone;
    },
  };
};

const toFront = (started: ChildProcess): Channel => ({
  send: (message, connection, sent) => started.send(message, connection, { keepOpen: true }, sent),
  // Node announces no disconnection while a connection is under way to who is gone.
  on: (event: string, listener: (message: unknown, connection: Socket | undefined) => void) =>
    started.on(event === 'disconnect' ? 'exit' : event, listener),
});

/** The records of a front that has ended. They stay where they are if they cannot be taken: the next start finds them. */
const takeOver = async (spool: string, { log, forFronts }: LocalService): Promise<void> => {
  try {
    await forFronts.auditLog.takeOver(spool);
    await rm(dirname(spool), { recursive: true });
  } catch (error) {
    log({ level: 'error', message: `${spool}: its records wait for the next start`, error });
  }
};
