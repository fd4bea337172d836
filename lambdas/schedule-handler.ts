import type { Context } from 'aws-lambda';
import type { Runtime } from './pipeline/ports.ts';
import { runSchedule } from './run-schedule.ts';
import type { Schedule } from './schedule.ts';

/** Left over at the end for what is under way. */
const reserveMs = 30_000;

/** The Lambda handler of a schedule; EventBridge calls it, and tries again when it fails. What is left is still due. */
export const scheduleHandler = (schedule: Schedule, runtime: Runtime) => {
  const run = runSchedule(schedule, runtime);
  return async (_event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<void> => {
    const { done, failed, cut } = await run({ outOfTime: () => context.getRemainingTimeInMillis() < reserveMs });
    const message = `${schedule.name}: ${done} done, ${failed} failed${cut ? ', more to do' : ''}`;
    runtime.log({ level: 'info', message });
    if (failed > 0) throw new Error(message);
  };
};
