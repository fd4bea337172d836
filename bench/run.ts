/** How many calls a second does the service answer, and how much of the time is its own? `npm run bench` */
import { type LoadResult, load, rest, warmUp } from './load.ts';
import { type BenchOptions, benchOptions, usage } from './options.ts';
import { count, machine, machineLine, table } from './report.ts';
import { usageOf } from './server-process.ts';
import { poolSize, signedRequests, startBare } from './sides.ts';
import { otherServer, ownServer, type Target } from './target.ts';
import { prepareWorkloads, type Workload, type WorkloadName } from './workloads.ts';

interface Row {
  readonly name: WorkloadName;
  readonly connections: number;
  readonly result: LoadResult;
  /** Of the server, all threads, per call. */
  readonly cpuMicroseconds: number | undefined;
  readonly rssBytes: number | undefined;
  readonly bare: LoadResult;
}

const measure = async (
  name: WorkloadName,
  workload: Workload,
  target: Target,
  { connections, seconds, restSeconds }: BenchOptions,
): Promise<Row[]> => {
  const { endpoint, pid } = target;
  const signed = () => signedRequests(workload, target);
  const bare = await startBare(workload, target);
  try {
    await warmUp(endpoint, signed);
    await warmUp(bare.endpoint, signed);
    const rows: Row[] = [];
    for (const each of connections) {
      await rest(restSeconds);
      const requests = signed(); // fresh: a signature is good for five minutes
      const before = pid === undefined ? undefined : await usageOf(pid);
      const result = await load(endpoint, requests, { connections: each, seconds });
      const after = pid === undefined ? undefined : await usageOf(pid);
      const cpuMicroseconds = before && after && ((after.cpuSeconds - before.cpuSeconds) * 1e6) / result.requests;
      // side by side in time, so that whatever else the machine does touches both
      const bareResult = await load(bare.endpoint, requests, { connections: each, seconds });
      rows.push({ name, connections: each, result, cpuMicroseconds, rssBytes: after?.rssBytes, bare: bareResult });
    }
    return rows;
  } finally {
    await bare.stop();
  }
};

const cells = ({ name, connections, result, cpuMicroseconds, rssBytes, bare }: Row): string[] => [
  name,
  String(connections),
  `${count(result.perSecond)}${limitedByTool(result)}`,
  result.p50.toFixed(2),
  result.p99.toFixed(2),
  cpuMicroseconds === undefined ? '–' : count(cpuMicroseconds),
  rssBytes === undefined ? '–' : count(rssBytes / 1024 ** 2),
  `${count(bare.perSecond)}${limitedByTool(bare)}`,
  (result.perSecond / bare.perSecond).toFixed(2),
  String(result.failures),
];

const limitedByTool = ({ toolBusy }: LoadResult) => (toolBusy > 0.9 ? '*' : '');

const head = ['operation', 'conn.', 'req/s', 'p50 ms', 'p99 ms', 'CPU µs', 'RSS MiB', 'bare/s', 'ratio', 'failed'];

const notes = `
Load by autocannon in a process apart from the server, each connection sending when the last answer is there.
Requests are signed beforehand, ${count(poolSize)} distinct ones just before each row, and sent round and round; the server verifies
each anew, since it remembers none. So the load tool spends nothing on signing, and the server all that it must.
bare: a node:http server in the server's place that reads the body and answers the same bytes; ratio: to it.
CPU: of the server, all threads, per call. Sign: P-256, over a message; SignDigest: over its digest.
* the load tool itself was at its limit (over 90 % of a core).
`;

/** Questions of their own, each a file that reads its own options. */
const others: Readonly<Record<string, () => Promise<unknown>>> = {
  steps: () => import('./steps.ts'),
  policy: () => import('./policy.ts'),
  'list-keys': () => import('./list-keys.ts'),
  grants: () => import('./grants.ts'),
  bundles: () => import('./bundles.ts'),
  lambda: () => import('./lambda.ts'),
  growth: () => import('./growth.ts'),
  'slow-keys': () => import('./slow-keys.ts'),
  audit: () => import('./audit.ts'),
  processes: () => import('./processes.ts'),
};

const main = async (): Promise<void> => {
  const args = process.argv.slice(2);
  const other = others[args[0] ?? ''];
  if (other) {
    process.argv.splice(2, 1);
    await other();
    return;
  }
  if (args.includes('--help')) {
    process.stdout.write(usage);
    return;
  }
  const options = benchOptions(args);
  const target = options.against === undefined ? await ownServer() : otherServer(options.against, process.env);
  const rows: Row[] = [];
  const where = machine();
  try {
    const { workloads, discard } = await prepareWorkloads(target.endpoint, target.signer);
    for (const name of options.workloads) {
      process.stderr.write(`${name} …\n`);
      rows.push(...(await measure(name, workloads[name], target, options)));
    }
    if (options.against !== undefined) await discard();
  } finally {
    await target.close();
  }
  const { seconds, against } = options;
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ ...where, endpoint: against ?? 'own', seconds, rows })}\n`
      : `${machineLine(where)}\n${against ?? 'own server, data on disk'}, ${seconds} s a row\n\n${table(head, rows.map(cells))}\n${notes}`,
  );
  if (rows.some(({ result }) => result.failures > 0)) process.exitCode = 1;
};

await main().catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
