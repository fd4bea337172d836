import { runSchedule } from '../../../lambdas/run-schedule.ts';
import { schedules } from '../../../lambdas/schedules/index.ts';
import type { Service } from '../../service.ts';

export type ScheduleName = (typeof schedules)[number]['name'];

export const day = 86_400;

/** One pass of a schedule, in the Region of the service or another; nobody waits for calls to settle. */
export const pass = async (kms: Pick<Service, 'runtime'>, name: ScheduleName) => {
  const schedule = schedules.find((known) => known.name === name);
  if (schedule === undefined) throw new Error(`no schedule ${name}`);
  return runSchedule(schedule, kms.runtime)({ wait: async () => {} });
};

/** One pass of each. */
export const passAll = async (kms: Pick<Service, 'runtime'>) => {
  for (const { name } of schedules) await pass(kms, name);
};
