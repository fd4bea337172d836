import { type KmsLine, kmsBill, monthsIn, total } from '../../core/cost/kms-bill.ts';
import { kmsPrices, pricesSeen } from '../../core/cost/prices.ts';
import { stackBill } from '../../core/cost/stack-bill.ts';
import { UsageError } from '../../local/options.ts';
import { command, dataOption } from '../command.ts';
import { type LoggedUsage, usageOf } from './bill/usage.ts';
import { instantFrom } from './instant.ts';
import { recordsIn } from './reading.ts';

export const bill = command({
  summary: 'tell what the use would cost',
  about: `Tells what this use would cost on AWS KMS, by month and account, and what it costs here: on AWS, in a stack of its own,
and on one machine. List prices of ${pricesSeen} in US dollars (core/cost/prices.ts); docs/cost.md says what is assumed.`,
  options: {
    from: { value: 'TIME', about: 'since then: 2026-11-21 or 2026-11-21T10:00:00Z', byDefault: 'the first record' },
    to: { value: 'TIME', about: 'until then', byDefault: 'now' },
    ...dataOption,
  },
  json: 'one document: prices, months',
  examples: [['kms audit bill --from 2026-11-01', 'the bill of November so far']],
  async run({ values, note }) {
    const bounds = {
      from: instantFrom('--from', values.from)?.getTime(),
      to: instantFrom('--to', values.to)?.getTime(),
      now: Date.now(),
    };
    if (bounds.from !== undefined && bounds.to !== undefined && bounds.to < bounds.from) {
      throw new UsageError('--to is before --from');
    }
    const logged = await usageOf(recordsIn(values.data, note), bounds);
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
  },
});

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
