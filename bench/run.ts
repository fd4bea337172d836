/** How many calls a second does the service answer, and how much of the time is its own? `npm run bench` */
import { rest } from './load.ts';
import { type BenchOptions, benchOptions, usage } from './options.ts';
import { count, machine, machineLine, median, table } from './report.ts';
import { inTurn, type Measured, measureSide, openBare, poolSize, type Side, warmUpSide } from './sides.ts';
import { otherServer, ownServer } from './target.ts';
import { prepareWorkloads, type WorkloadName } from './workloads.ts';

interface Round {
  readonly own: Measured;
  readonly bare: Measured;
}

interface Row {
  readonly name: WorkloadName;
  readonly connections: number;
  readonly rounds: readonly Round[];
}

const measure = async (
  name: WorkloadName,
  own: Side,
  { connections: numbers, seconds, rounds: wanted, restSeconds }: BenchOptions,
): Promise<Row[]> => {
  const bare = await openBare(own, name);
  try {
    for (const side of [own, bare]) await warmUpSide(side, name);
    const rows: Row[] = [];
    for (const connections of numbers) {
      const rounds: Round[] = [];
      while (rounds.length < wanted) {
        await rest(restSeconds);
        const row = (side: Side) => measureSide(side, name, { connections, seconds });
        const [ofOwn, ofBare] = await inTurn(rounds.length, [own, bare], row);
        rounds.push({ own: ofOwn, bare: ofBare });
      }
      rows.push({ name, connections, rounds });
    }
    return rows;
  } finally {
    await bare.target.close();
  }
};

const cells = ({ name, connections, rounds }: Row): string[] => {
  const middle = (of: (round: Round) => number) => median(rounds.map(of));
  const known = (value: number) => (Number.isNaN(value) ? '–' : count(value));
  const perSecond = (of: (round: Round) => Measured) =>
    count(middle((round) => of(round).perSecond)) + (middle((round) => of(round).toolBusy) > 0.9 ? '*' : '');
  return [
    name,
    String(connections),
    perSecond(({ own }) => own),
    middle(({ own }) => own.p50).toFixed(2),
    middle(({ own }) => own.p99).toFixed(2),
    known(middle(({ own }) => own.cpu)),
    known(middle(({ own }) => own.rssBytes / 1024 ** 2)),
    perSecond(({ bare }) => bare),
    known(middle(({ bare }) => bare.cpu)),
    middle(({ own, bare }) => own.perSecond / bare.perSecond).toFixed(2),
  ];
};

const head = ['operation', 'conn.', 'req/s', 'p50 ms', 'p99 ms', 'CPU µs', 'RSS MiB', 'bare/s', 'CPU µs', 'ratio'];

const notes = `
Load by autocannon in a process apart from the server, each connection sending when the last answer is there.
Requests are signed beforehand, ${count(poolSize)} distinct ones just before each row, and sent round and round; the server verifies
each anew, since it remembers none. So the load tool spends nothing on signing, and the server all that it must.
bare: a node:http server in the server's place that reads the body and answers the same bytes, the two in turn, in either
order; medians, ratio: of the ratios of the rounds. CPU: of the server, all threads, per call.
Sign: P-256, over a message; SignDigest: over its digest.
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
  const { seconds, rounds, against } = options;
  const target = against === undefined ? await ownServer() : otherServer(against, process.env);
  const rows: Row[] = [];
  const where = machine();
  try {
    const { workloads, discard } = await prepareWorkloads(target.endpoint, target.signer);
    try {
      for (const name of options.workloads) {
        process.stderr.write(`${name} …\n`);
        rows.push(...(await measure(name, { target, workloads }, options)));
      }
    } finally {
      if (against !== undefined) await discard();
    }
  } finally {
    await target.close();
  }
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ ...where, endpoint: against ?? 'own', seconds, rows })}\n`
      : `${machineLine(where)}\n${against ?? 'own server, data on disk'}, ${rounds} rounds of ${seconds} s\n\n${table(head, rows.map(cells))}\n${notes}`,
  );
};

await main().catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
