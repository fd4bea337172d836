import { parseArgs } from 'node:util';
import { type KmsLine, kmsBill, monthsIn, total } from '../../core/cost/kms-bill.ts';
import { kmsPrices, pricesSeen } from '../../core/cost/prices.ts';
import { stackBill } from '../../core/cost/stack-bill.ts';
import { UsageError } from '../../local/options.ts';
import { type LoggedUsage, usageOf } from './bill/usage.ts';
import { instantFrom } from './instant.ts';
import { recordsIn } from './reading.ts';

const usage = `usage: npm run -s audit -- bill [options]

  --from TIME        since then: 2026-11-21 or 2026-11-21T10:00:00Z; from the first record if not given
  --to TIME          until then; until now if not given
  --json             one JSON document instead of a table
  --data DIR         the data folder of the service   KMS_DATA   .kms

Tells what this use would cost on AWS KMS, by month and account, and what it costs here: on AWS, in a stack of its own, and
on one machine. List prices of ${pricesSeen} in US dollars (core/cost/prices.ts); docs/cost.md says what is assumed.
`;

/** Tells what the use on record would cost. */
export const run = async (args: readonly string[]): Promise<number> => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      json: { type: 'boolean' },
      data: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const bounds = {
    from: instantFrom('--from', values.from)?.getTime(),
    to: instantFrom('--to', values.to)?.getTime(),
    now: Date.now(),
  };
  if (bounds.from !== undefined && bounds.to !== undefined && bounds.to < bounds.from) {
    throw new UsageError('--to is before --from');
  }
  const logged = await usageOf(recordsIn(values.data), bounds);
  const months = logged === undefined ? [] : billOf(logged);
  if (values.json) {
    const { page } = kmsPrices;
    process.stdout.write(`${JSON.stringify({ prices: { seen: pricesSeen, page, currency: 'USD' }, months })}\n`);
    return 0;
  }
  process.stdout.write(`US dollars, by the list prices of ${pricesSeen}: ${kmsPrices.page}\n\n`);
  for (const row of [head, ...months.flatMap(rowsOf)])
    process.stdout.write(`${row.map(padded).join('  ').trimEnd()}\n`);
  return 0;
};

interface MonthlyBill {
  readonly month: string;
  readonly awsKms: readonly { readonly account: string; readonly lines: readonly KmsLine[]; readonly usd: number }[];
  readonly here: {
    readonly onAws: { readonly lines: ReturnType<typeof stackBill>; readonly usd: number };
    readonly onOneMachine: { readonly usd: number };
  };
}

export const billOf = ({ span, accounts, stackUsage }: LoggedUsage): readonly MonthlyBill[] =>
  monthsIn(span).map((month) => {
    const awsKms = [...accounts].map(([account, used]) => {
      const lines = kmsBill(used, month);
      return { account, lines, usd: total(lines) };
    });
    const lines = stackBill(stackUsage(month));
    return { month: month.name, awsKms, here: { onAws: { lines, usd: total(lines) }, onOneMachine: { usd: 0 } } };
  });

const head = ['month', 'account', 'what', 'quantity', 'of it free', 'USD'];

const rowsOf = ({ month, awsKms, here }: MonthlyBill): readonly (readonly string[])[] => [
  ...awsKms.flatMap(({ account, lines, usd }) => [
    ...lines.map((line) => [month, account, line.what, amount(line.quantity), amount(line.free), dollars(line.usd)]),
    [month, account, 'AWS KMS, in all', '', '', dollars(usd)],
  ]),
  ...here.onAws.lines.map((line) => [month, '', `here, on AWS: ${line.what}`, '', '', dollars(line.usd)]),
  [month, '', 'here, on AWS, in all', '', '', dollars(here.onAws.usd)],
  [month, '', 'here, on one machine', '', '', dollars(here.onOneMachine.usd)],
];

const amount = (value: number): string =>
  value === 0 ? '' : value.toLocaleString('en-US', { maximumFractionDigits: 4 });
const dollars = (usd: number): string => usd.toFixed(4);

const widths = [7, 12, 40, 10, 10, 10];
const padded = (cell: string, index: number): string =>
  index < 3 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0);
