import { type LoadResult, load, warmUp } from './load.ts';
import { send } from './send.ts';
import { startServer, usageOf } from './server-process.ts';
import { type SignedRequest, signAll } from './signed-requests.ts';
import { ownServer, type Target } from './target.ts';
import { prepareWorkloads, type Workload, type WorkloadName } from './workloads.ts';

/** One of several servers that are compared: they take turns, so that whatever else the machine does touches all. */
export interface Side {
  readonly target: Target;
  readonly workloads: Readonly<Record<WorkloadName, Workload>>;
}

export const openSide = async (...how: Parameters<typeof ownServer>): Promise<Side> => {
  const target = await ownServer(...how);
  return { target, ...(await prepareWorkloads(target.endpoint, target.signer)) };
};

export interface Measured extends Pick<LoadResult, 'perSecond' | 'p50' | 'p99' | 'toolBusy'> {
  /** Microseconds of the server per call, all processes and threads; not a number where it cannot be known. */
  readonly cpu: number;
  /** Of the same. */
  readonly rssBytes: number;
}

/**
 * A row of each, one after the other, and the other way round in every second round: a machine that takes the processor
 * from who uses it for long serves the first row of a round best.
 */
export const inTurn = async <const Sides extends readonly Side[]>(
  round: number,
  sides: Sides,
  row: (side: Side) => Promise<Measured>,
) => {
  const measured = new Map<Side, Measured>();
  for (const side of round % 2 === 0 ? sides : sides.toReversed()) measured.set(side, await row(side));
  return sides.map((side) => measured.get(side)) as { [Place in keyof Sides]: Measured }; // of each
};

/** Requests signed before each measurement. */
export const poolSize = 1000;

export const signedRequests = (
  { operation, input }: Workload,
  { endpoint, signer }: Pick<Target, 'endpoint' | 'signer'>,
): readonly SignedRequest[] => {
  const inputs = Array.from({ length: poolSize }, (_, i) => input(i));
  return signAll(operation, inputs, endpoint, signer);
};

/** A `node:http` server that gives everybody what a side answers to such calls. */
export const openBare = async (side: Side, name: WorkloadName): Promise<Side> => {
  const { signer, endpoint } = side.target;
  const [first] = signedRequests(side.workloads[name], side.target);
  if (first === undefined) throw new Error('the pool is empty');
  const server = await startServer('bench/bare-server.ts', [], { input: JSON.stringify(await send(endpoint, first)) });
  return { workloads: side.workloads, target: { ...server, signer, close: server.stop } };
};

export const warmUpSide = ({ target, workloads }: Side, name: WorkloadName): Promise<void> =>
  warmUp(target.endpoint, () => signedRequests(workloads[name], target));

/** @throws {Error} when a call fails */
export const measureSide = async (
  { target, workloads }: Side,
  name: WorkloadName,
  how: { readonly connections: number; readonly seconds: number },
): Promise<Measured> => {
  const { endpoint, pid } = target;
  const requests = signedRequests(workloads[name], target);
  const before = pid === undefined ? undefined : await usageOf(pid);
  const result = await load(endpoint, requests, how);
  const after = pid === undefined ? undefined : await usageOf(pid);
  if (result.failures > 0) throw new Error(`${result.failures} calls of ${name} failed`);
  const cpu = before && after ? ((after.cpuSeconds - before.cpuSeconds) * 1e6) / result.requests : Number.NaN;
  const { perSecond, p50, p99, toolBusy } = result;
  return { perSecond, p50, p99, toolBusy, cpu, rssBytes: after?.rssBytes ?? Number.NaN };
};

export const percent = (share: number) => `${(share * 100).toFixed(0)} %`;
