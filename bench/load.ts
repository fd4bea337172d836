import { setTimeout as pause } from 'node:timers/promises';
import autocannon from 'autocannon';
import type { SignedRequest } from './signed-requests.ts';

export interface LoadResult {
  /** Answered with 2xx. */
  readonly requests: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Answers other than 2xx, broken connections and time-outs; a run with any says nothing. */
  readonly failures: number;
  /** 0 to 1: at 1 the load tool had no time left, so the endpoint may be faster than measured. */
  readonly toolBusy: number;
}

/** So many calls until V8 has optimized what they run through, */
const callsToWarmUp = 30_000;
/** or so many seconds, where each takes long. */
const secondsToWarmUp = 10;

/** @param signed makes requests that are good for some minutes */
export const warmUp = async (endpoint: string, signed: () => readonly SignedRequest[]): Promise<void> => {
  let calls = 0;
  for (let second = 0; second < secondsToWarmUp && calls < callsToWarmUp; second += 1) {
    calls += (await load(endpoint, signed(), { connections: 16, seconds: 1 })).requests;
  }
};

/** Where a machine is given less of the processor after a time of full load, each row can begin after a rest. */
export const rest = (seconds: number): Promise<void> => pause(seconds * 1000);

/**
 * Drives the endpoint from this process: each connection sends its next request when it has the answer to the last.
 * The requests are dealt out to the connections, each of which goes round in its own.
 */
export const load = async (
  endpoint: string,
  requests: readonly SignedRequest[],
  { connections, seconds }: { readonly connections: number; readonly seconds: number },
): Promise<LoadResult> => {
  const milliseconds: number[] = [];
  let clients = 0;
  const cpuBefore = process.cpuUsage();
  const options: autocannon.Options = {
    url: endpoint,
    connections,
    duration: seconds,
    sampleInt: 100, // it ends at a sample, so this is how late
    setupClient(client) {
      const mine = requests.filter((_, i) => i % connections === clients % connections);
      clients += 1;
      client.setRequests(mine.map((request) => ({ ...request, headers: { ...request.headers } }))); // it edits them
    },
  };
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const run = autocannon(options, (error, done) => (error ? reject(error) : resolve(done)));
    // its own percentiles are in whole milliseconds
    run.on('response', (_client, _status, _bytes, time) => milliseconds.push(time));
  });
  const { user, system } = process.cpuUsage(cpuBefore);

  milliseconds.sort((a, b) => a - b);
  const at = (share: number) => milliseconds[Math.floor(share * (milliseconds.length - 1))] ?? Number.NaN;
  return {
    requests: result['2xx'],
    perSecond: result['2xx'] / result.duration,
    p50: at(0.5),
    p99: at(0.99),
    failures: result.non2xx + result.errors,
    toolBusy: (user + system) / 1e6 / result.duration,
  };
};
