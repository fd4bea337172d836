import { performance } from 'node:perf_hooks';

export interface Cost {
  /** Of the process, all threads, per run. */
  readonly cpuMicroseconds: number;
  /** From begin to end of the measurement, over the number of runs. */
  readonly wallMicroseconds: number;
}

/**
 * What one run costs.
 * @param inFlight how many are under way at a time, where `run` returns a promise
 * @param batch    runs between two looks at the clock
 */
export const cost = async (
  run: (i: number) => unknown,
  { seconds = 1, inFlight = 1, batch = 64 } = {},
): Promise<Cost> => {
  await runFor(run, seconds / 2, inFlight, batch); // until the code is optimized
  const begin = performance.now();
  const cpu = process.cpuUsage();
  const runs = await runFor(run, seconds, inFlight, batch);
  const { user, system } = process.cpuUsage(cpu);
  return { cpuMicroseconds: (user + system) / runs, wallMicroseconds: ((performance.now() - begin) * 1000) / runs };
};

const runFor = async (
  run: (i: number) => unknown,
  seconds: number,
  inFlight: number,
  batch: number,
): Promise<number> => {
  const end = performance.now() + seconds * 1000;
  let started = 0;
  const worker = async () => {
    while (performance.now() < end) {
      for (let i = 0; i < batch; i += 1) {
        const result = run(started++);
        if (result instanceof Promise) await result; // awaiting what is there already would cost more than some runs
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return started;
};
