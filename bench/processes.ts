/** What do several processes gain? `npm run bench -- processes [--seconds N] [--rounds N] [--connections N] [--processes 1,2] [--rest N]` */
import { parseArgs } from 'node:util';
import { rest } from './load.ts';
import { count, machine, machineLine, median, table } from './report.ts';
import { inTurn, type Measured, measureSide, openBare, openSide, percent, type Side, warmUpSide } from './sides.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '10' },
    connections: { type: 'string', default: '16' },
    processes: { type: 'string', default: '1,2' },
    rest: { type: 'string', default: '0' },
  },
});
const how = { seconds: Number(values.seconds), connections: Number(values.connections) };
const names = ['Encrypt', 'Decrypt', 'GenerateDataKey', 'Sign'] as const;
const numbers = values.processes.split(',').map(Number);
const where = machine();

const sides: Side[] = [];
const rows: string[][] = [];
try {
  for (const processes of numbers) sides.push(await openSide('bin/kms.mjs', ['--processes', String(processes)]));
  const [first] = sides;
  if (first === undefined) throw new Error('--processes: nothing to compare');
  for (const name of names) {
    const bare = await openBare(first, name);
    const all = [...sides, bare];
    for (const side of all) await warmUpSide(side, name);
    const rounds: Measured[][] = [];
    while (rounds.length < Number(values.rounds)) {
      await rest(Number(values.rest));
      rounds.push(await inTurn(rounds.length, all, (side) => measureSide(side, name, how)));
    }
    await bare.target.close();
    for (const [i, processes] of numbers.entries()) {
      const middle = (of: (one: Measured) => number) => median(rounds.map((round) => of(round[i] as Measured))); // one of each side
      const to = (other: number) =>
        median(rounds.map((round) => (round[i]?.perSecond ?? Number.NaN) / (round[other]?.perSecond ?? 1)));
      const [perSecond, cpu] = [middle((one) => one.perSecond), middle((one) => one.cpu)];
      rows.push([
        name,
        String(processes),
        count(perSecond),
        to(0).toFixed(2),
        to(numbers.length).toFixed(2),
        count(cpu),
        ((perSecond * cpu) / 1e6).toFixed(2),
        percent(middle((one) => one.toolBusy)),
        count(middle((one) => one.rssBytes) / 1024 ** 2),
      ]);
    }
    process.stderr.write(`${name} done\n`);
  }
} finally {
  for (const { target } of sides) await target.close();
}

const head = ['operation', 'processes', 'req/s', 'gain', 'of bare', 'CPU µs', 'cores', 'tool', 'RSS MiB'];
process.stdout.write(`${machineLine(where)}
${values.connections} connections, rows of ${values.seconds} s in turn, in either order, medians of ${values.rounds}

${table(head, rows)}

gain: to the first row of the operation; of bare: to a node:http server of one process that answers the same bytes;
medians of the ratios of neighbouring rows. CPU: of all processes of the server,
per call; cores: how many it kept busy. tool: how much of a core the load tool took, which is not there for the server.
`);
