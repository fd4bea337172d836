/** How much of the throughput does the audit leave? `node bench/audit.ts [--seconds N] [--rounds N] [--connections N,...] [--rest N]` */
import { parseArgs } from 'node:util';
import { rest } from './load.ts';
import { count, machine, machineLine, median, table } from './report.ts';
import { inTurn, type Measured, measureSide, openSide, percent, type Side, warmUpSide } from './sides.ts';
import type { WorkloadName } from './workloads.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '0.7' },
    rounds: { type: 'string', default: '15' },
    connections: { type: 'string', default: '8,16,32' },
    rest: { type: 'string', default: '0' },
  },
});
const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)];
const numbersOfConnections = values.connections.split(',').map(Number);
const names = ['Encrypt', 'Decrypt', 'GenerateDataKey'] as const satisfies readonly WorkloadName[];
const where = machine();

const sides: Side[] = [];
const rows: string[][] = [];
try {
  for (const script of ['bench/module-server.ts', 'bench/unaudited-server.ts']) sides.push(await openSide(script));
  const both = sides as [audited: Side, unaudited: Side]; // of the two scripts
  for (const name of names) for (const side of both) await warmUpSide(side, name);
  for (const [name, connections] of names.flatMap((name) => numbersOfConnections.map((n) => [name, n] as const))) {
    const how = { seconds, connections };
    const pairs: { readonly with: Measured; readonly without: Measured }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await rest(Number(values.rest));
      const [audited, unaudited] = await inTurn(round, both, (side) => measureSide(side, name, how));
      pairs.push({ with: audited, without: unaudited });
    }
    const middle = (of: (pair: (typeof pairs)[number]) => number) => median(pairs.map(of));
    rows.push([
      name,
      count(connections),
      count(middle((pair) => pair.with.perSecond)),
      count(middle((pair) => pair.without.perSecond)),
      percent(middle((pair) => pair.with.perSecond / pair.without.perSecond)),
      count(middle((pair) => pair.with.cpu)),
      count(middle((pair) => pair.without.cpu)),
      percent(middle((pair) => pair.without.cpu / pair.with.cpu)),
    ]);
    process.stderr.write(`${name} on ${connections} done\n`);
  }
} finally {
  for (const { target } of sides) await target.close();
}

process.stdout.write(`${machineLine(where)}
${rounds} rounds of ${seconds} s with and as many without, in turn, in either order; medians, of the shares too.

${table(['operation', 'connections', 'req/s with', 'without', 'kept', 'CPU µs with', 'without', 'kept'], rows)}

CPU: of the server, all threads, per call, the making of log files included; kept: how many calls the same CPU time serves.
`);
