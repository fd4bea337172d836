/** One function in a process of its own, as Lambda runs it. `node bench/lambda-process.ts FILE EVENT WARM-CALLS` */
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from './report.ts';
import type { AwsCalls } from './stand-in-aws.ts';

/** What the process prints, as JSON. Milliseconds. */
export interface FunctionRun {
  readonly importMs: number;
  /** From before the import to the answer. */
  readonly firstMs: number;
  /** The median of the calls that follow. */
  readonly warmMs: number;
  /** Of the process, all threads, per warm call. */
  readonly warmCpuMs: number;
  readonly coldCalls: AwsCalls;
  /** Of a call when records at hand are too old to be used again. */
  readonly warmCalls: AwsCalls;
  readonly body: string;
}

/** Longer than functions keep a record. */
const recordsAreOldMs = 1100;

const [file = '', event = '', warm = ''] = process.argv.slice(2);
const callsSoFar = async (): Promise<AwsCalls> =>
  (await fetch(process.env.AWS_ENDPOINT_URL ?? '')).json() as Promise<AwsCalls>; // as the stand-in answers

await callsSoFar();
const begin = performance.now();
const { handler } = createRequire(import.meta.url)(file);
const importMs = performance.now() - begin;
const call = async (): Promise<string> => {
  const { statusCode, body } = await handler(JSON.parse(event));
  if (statusCode !== 200) throw new Error(`${file} answered ${statusCode} ${body}`);
  return body;
};
const body = await call();
const firstMs = performance.now() - begin;
const coldCalls = await callsSoFar();

await sleep(recordsAreOldMs);
await call();
const warmCalls = await callsSoFar();

const times: number[] = [];
for (let i = 0; i < Number(warm); i += 1) await call(); // until the code is optimized
const cpu = process.cpuUsage();
for (let i = 0; i < Number(warm); i += 1) {
  const from = performance.now();
  await call();
  times.push(performance.now() - from);
}
const { user, system } = process.cpuUsage(cpu);

const run: FunctionRun = {
  importMs,
  firstMs,
  warmMs: median(times),
  warmCpuMs: (user + system) / 1000 / Math.max(times.length, 1),
  coldCalls,
  warmCalls,
  body,
};
process.stdout.write(JSON.stringify(run), () => process.exit());
