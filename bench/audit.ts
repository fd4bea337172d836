/** How much of the throughput does the audit leave? `node bench/audit.ts [--seconds N] [--rounds N] [--connections N]` */
import { parseArgs } from 'node:util';
import { load } from './load.ts';
import { count, machine, machineLine, table } from './report.ts';
import { usageOf } from './server-process.ts';
import { signAll } from './signed-requests.ts';
import { ownServer, type Target } from './target.ts';
import { prepareWorkloads, type Workload, type WorkloadName } from './workloads.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '15' },
    connections: { type: 'string', default: '8' },
  },
});
const [seconds, rounds, connections] = [Number(values.seconds), Number(values.rounds), Number(values.connections)];
const names = ['Encrypt', 'Decrypt', 'GenerateDataKey'] as const satisfies readonly WorkloadName[];
const where = machine();

interface Side {
  readonly target: Target;
  readonly workloads: Readonly<Record<WorkloadName, Workload>>;
}

const open = async (script: string): Promise<Side> => {
  const target = await ownServer(script);
  return { target, ...(await prepareWorkloads(target.endpoint, target.signer)) };
};

const measure = async ({ target, workloads }: Side, name: WorkloadName) => {
  const { endpoint, signer, pid } = target;
  const { operation, input } = workloads[name];
  const requests = signAll(
    operation,
    Array.from({ length: 1000 }, (_, i) => input(i)),
    endpoint,
    signer,
  );
  const before = pid === undefined ? undefined : await usageOf(pid);
  const result = await load(endpoint, requests, { connections, seconds });
  const after = pid === undefined ? undefined : await usageOf(pid);
  if (result.failures > 0) throw new Error(`${result.failures} calls of ${name} failed`);
  const cpu = before && after ? ((after.cpuSeconds - before.cpuSeconds) * 1e6) / result.requests : Number.NaN;
  return { perSecond: result.perSecond, cpu };
};

type Measured = Awaited<ReturnType<typeof measure>>;

const median = (numbers: readonly number[]): number => {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};
const percent = (share: number) => `${(share * 100).toFixed(0)} %`;

const sides: Side[] = [];
const rows: string[][] = [];
try {
  for (const script of ['bin/kms.mjs', 'bench/unaudited-server.ts']) sides.push(await open(script));
  const [audited, bare] = sides as [Side, Side]; // of the two scripts
  for (const name of names) {
    for (const side of sides) await measure(side, name); // until the code is optimized
    const pairs: { readonly with: Measured; readonly without: Measured }[] = [];
    // In turn, so that whatever else the machine does touches both.
    for (let round = 0; round < rounds; round += 1) {
      pairs.push({ with: await measure(audited, name), without: await measure(bare, name) });
    }
    const middle = (of: (pair: (typeof pairs)[number]) => number) => median(pairs.map(of));
    rows.push([
      name,
      count(middle((pair) => pair.with.perSecond)),
      count(middle((pair) => pair.without.perSecond)),
      percent(middle((pair) => pair.with.perSecond / pair.without.perSecond)),
      count(middle((pair) => pair.with.cpu)),
      count(middle((pair) => pair.without.cpu)),
      percent(middle((pair) => pair.without.cpu / pair.with.cpu)),
    ]);
    process.stderr.write(`${name} done\n`);
  }
} finally {
  for (const { target } of sides) await target.close();
}

process.stdout.write(`${machineLine(where)}
${connections} connections, ${rounds} rounds of ${seconds} s with and as many without, in turn; medians, of the shares too.

${table(['operation', 'req/s with', 'without', 'kept', 'CPU µs with', 'without', 'kept'], rows)}

CPU: of the server, all threads, per call, the making of log files included; kept: how many calls the same CPU time serves.
`);
