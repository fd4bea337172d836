import { setTimeout as pause } from 'node:timers/promises';
import type { LogEntry } from '../lambdas/pipeline/ports.ts';
import { runSchedule } from '../lambdas/run-schedule.ts';
import type { Schedule } from '../lambdas/schedule.ts';
import { schedules } from '../lambdas/schedules/index.ts';
import type { Region } from './regions.ts';

/** A pass over a machine's keys is cheap, and who waits for it sits in front of it. */
const secondsBetween = 60;
/** Those that look at everything come less often. */
const daily = 24 * 60;

export interface LocalSchedules {
  /** Runs what comes often, now, in every Region; a run that is under way is waited for first. */
  runNow(): Promise<void>;
  /** Begins to run them by themselves. */
  start(): void;
  /** Ends when the run that is under way has. */
  stop(): Promise<void>;
}

/** @param regions all that have keys */
export const newLocalSchedules = (options: {
  regions(): Promise<readonly Region[]>;
  log(entry: LogEntry): void;
  /** After a run in which something was done, and once a day: what was deleted shall not be on disk any longer. */
  compact(): Promise<void>;
}): LocalSchedules => {
  const { log, compact } = options;
  const timers: NodeJS.Timeout[] = [];
  const stopping = new AbortController();
  let last: Promise<void> = Promise.resolve();

  const wait = async (seconds: number) => {
    await pause(seconds * 1000, undefined, { signal: stopping.signal, ref: false });
  };

  const run = async (chosen: readonly Schedule[]): Promise<void> => {
    let done = 0;
    for (const { runtime } of await options.regions()) {
      for (const schedule of chosen) {
        if (stopping.signal.aborted) return;
        try {
          done += (await runSchedule(schedule, runtime)({ outOfTime: () => stopping.signal.aborted, wait })).done;
        } catch (error) {
          if (stopping.signal.aborted) return;
          const message = `${schedule.name} failed in ${runtime.region}`;
          log({ level: 'error', message, error, metric: ['ScheduleFailures', 1] });
        }
      }
    }
    // What a run that was cut off deleted, and what calls did, goes once a day.
    if (done > 0 || chosen === seldom) await compact();
  };
  const inTurn = (chosen: readonly Schedule[]) => {
    const next = last.then(() => run(chosen));
    last = next.catch((error: unknown) => log({ level: 'error', message: 'the schedules could not run', error }));
    return next;
  };
  const often = schedules.filter(({ everyMinutes }) => everyMinutes < daily);
  const seldom = schedules.filter(({ everyMinutes }) => everyMinutes >= daily);
  const every = (seconds: number, chosen: readonly Schedule[]) => {
    timers.push(setInterval(() => void inTurn(chosen).catch(() => {}), seconds * 1000).unref()); // said in `last`
  };

  return {
    runNow: () => inTurn(often),
    start() {
      void inTurn(often).catch(() => {});
      every(secondsBetween, often);
      // Not while people wait for the service to begin.
      timers.push(setTimeout(() => void inTurn(seldom).catch(() => {}), secondsBetween * 1000).unref());
      every(daily * 60, seldom);
    },
    async stop() {
      stopping.abort();
      for (const timer of timers) clearInterval(timer);
      await last;
    },
  };
};
