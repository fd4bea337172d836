import { dueBuckets } from '../core/model/due-work.ts';
import { newKeyId } from '../core/model/key-id.ts';
import { StaleRecordError } from '../stores/ports.ts';
import { entryOf } from './pipeline/audit-entry.ts';
import { lifecycleRecord } from './pipeline/lifecycle-record.ts';
import type { Runtime } from './pipeline/ports.ts';
import { usesOfSchedule } from './pipeline/uses.ts';
import { keysInStep } from './related-keys.ts';
import type { Pass, Schedule } from './schedule.ts';

/** Keys that a pass has under way at once. */
const atOnce = 8;
const pageLimit = 100;
/** The longest that a call of the API takes, with room to spare. */
const settlingSeconds = 30;

export interface PassResult {
  /** Items done, races that others won included. */
  readonly done: number;
  readonly failed: number;
  /** Whether time ran out: what is left is still due, and the next pass finds it. */
  readonly cut: boolean;
}

export interface PassOptions {
  /** Asked before each item. */
  readonly outOfTime?: () => boolean;
  readonly wait?: (seconds: number) => Promise<void>;
}

/** Turns a schedule into a function that makes one pass: the same one for Lambda, the local service and the tests. */
export const runSchedule = (schedule: Schedule, runtime: Runtime) => {
  const { region, random, log, auditLog } = runtime;
  const { keyring: materials } = runtime;
  const stores = runtime.storesFor(schedule.uses);
  const { keys } = stores;
  const { keys: inStep } = runtime.storesFor(usesOfSchedule(schedule));

  return async ({ outOfTime = () => false, wait = sleep }: PassOptions = {}): Promise<PassResult> => {
    const now = runtime.clock();
    const result = { done: 0, failed: 0, cut: false };

    const attempt = async (name: string, act: () => Promise<void>) => {
      try {
        await act();
        result.done += 1;
      } catch (error) {
        // Somebody else was first, and what was due is done or no longer due.
        if (error instanceof StaleRecordError) return;
        result.failed += 1;
        log({ level: 'error', message: `${schedule.name} failed for ${name}`, error, metric: ['ScheduleFailures', 1] });
      }
    };

    const each: Pass['each'] = async (items, nameOf, act) => {
      const running = new Set<Promise<void>>();
      for await (const item of items) {
        if (outOfTime()) {
          result.cut = true;
          break;
        }
        const attempted = attempt(nameOf(item), () => act(item)).finally(() => running.delete(attempted));
        running.add(attempted);
        if (running.size >= atOnce) await Promise.race(running);
      }
      await Promise.all(running);
    };

    const pass: Pass = {
      now,
      newEventId: () => newKeyId(random(16), false),
      each,
      eachDue: (work, act, by = now) =>
        each(dueKeys(work, by), String, async (KeyId) => {
          const record = await keys?.get(KeyId);
          if (record) await act(record);
        }),
      async announce(record) {
        for (const event of record.pendingEvents ?? [])
          await auditLog.write(entryOf(lifecycleRecord(event, record, region)));
        if (record.pendingEvents) await writer().update(record, { pendingEvents: undefined });
      },
      tell: (message, metric, count) => log({ level: 'info', message, metric: [metric, count] }),
      warn: (message, metric, count) => log({ level: 'warn', message, metric: [metric, count] }),
      settle: () => wait(settlingSeconds),
    };
    const dueKeys = async function* (work: Parameters<Pass['eachDue']>[0], by: Date) {
      for (const bucket of dueBuckets(work)) {
        let after: string | undefined;
        do {
          const page = await writer().due(bucket, by, { limit: pageLimit, after });
          yield* page.items;
          after = page.next;
        } while (after !== undefined);
      }
    };
    const writer = () => {
      if (keys === undefined) throw new Error(`${schedule.name} declares no use of keys`);
      return keys;
    };

    const related = schedule.uses.regions && inStep && keysInStep(runtime, inStep, now);
    await schedule.pass({ ...pass, stores, materials, related } as Parameters<Schedule['pass']>[0]); // as its uses say
    return result;
  };
};

/** Keeps the process: Lambda takes one with nothing left to wait for as done. */
const sleep = (seconds: number) => new Promise<void>((resolve) => void setTimeout(resolve, seconds * 1000));
