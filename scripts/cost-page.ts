import { kmsBill, monthsIn, total } from '../core/cost/kms-bill.ts';
import { cost, kmsPrices, pricesSeen, type RequestKind, requestKinds, stackPrices } from '../core/cost/prices.ts';
import { stackBill, type Use, usdOf, usesOfCallingHours, usesOfCalls, usesOfTime } from '../core/cost/stack-bill.ts';
import { stackFacts } from '../core/cost/stack-facts.ts';

/** docs/cost.md: nothing in it is counted by hand. */
export const costPage = (): string =>
  `${[
    '# What it costs',
    'Made by `npm run docs` from `core/cost`; do not edit.',
    `US dollars, by the list prices of us-east-1 as their pages, or public copies of them, showed them until ${pricesSeen}. Not in it: taxes, the free tiers of the services that the stack consists of, and data that leaves AWS. On one machine it costs nothing.`,
    '`npm run -s audit -- bill` tells it for what is on record: by month and account, on AWS KMS and here.',
    '## 10,000 calls',
    useTable(callUses, 10_000),
    `Of these, ${usd(usdOf(auditUses))} are for the audit. Log files come on top: at most one a minute for each account and Region, so at most ${usd(usdOf(usesOfCallingHours(monthHours, 0)))} a month where there are calls every minute.`,
    `AWS KMS takes for 10,000 requests, after ${count(kmsPrices.freeRequests)} a month for nothing of the first kind:`,
    table(['requests', 'USD'], requestKinds.map(kmsRow)),
    '## A month without calls',
    useTable(usesOfTime(monthHours)),
    `Every key that is there adds ${exact(perKey)}; one that is used in every hour of the month ${exact(perUsedKey)} more.`,
    '## Beside AWS KMS',
    'A month, with calls on symmetric keys spread over all of it. Rotated: all keys twice or more, after which AWS KMS charges no further rotation.',
    table(
      ['keys', 'calls', 'AWS KMS', 'AWS KMS, rotated', 'here, on AWS', 'here, on one machine'],
      comparedKeys.flatMap((keys) => comparedCalls.map((calls) => comparison(keys, calls))),
    ),
    `So keys are what AWS KMS charges for, and calls what the stack costs: ${ratio(usdOf(callUses), kmsCalls)} times as much, mostly for API Gateway.`,
    '## What is assumed',
    assumptions.map((line) => `- ${line}`).join('\n'),
    '## Prices',
    table(['', 'page'], pages, 2),
  ].join('\n\n')}\n`;

const monthHours = 730;
const callUses = usesOfCalls(10_000);
const auditUses = usesOfCalls(0, 10_000);
const kmsCalls = cost(kmsPrices.requests['symmetric, HMAC and management'].price, 10_000);

const usd = (value: number): string => `$${digits(value, value < 1 ? 4 : 2)}`;
const digits = (value: number, places: number): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: places, maximumFractionDigits: places });
const exact = (value: number): string => `$${value.toFixed(6)}`;
const count = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 4 });
const ratio = (one: number, other: number): string => (one / other).toFixed(1);

/** @param texts how many columns are texts; the others are numbers, to the right */
const table = (head: readonly string[], rows: readonly (readonly string[])[], texts = 1): string =>
  [head, head.map((_, index) => (index < texts ? '---' : '--:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

const useTable = (uses: readonly Use[], calls?: number): string =>
  table(
    ['', 'what', 'how much', 'USD'],
    [
      ...uses.map(({ part, what, price, amount }) => [part, what, count(amount), usd(cost(price, amount))]),
      [calls === undefined ? 'in all' : `${count(calls)} calls`, '', '', `**${usd(usdOf(uses))}**`],
    ],
    2,
  );

const kmsRow = (kind: RequestKind): readonly string[] => [kind, usd(cost(kmsPrices.requests[kind].price, 10_000))];

const idle = { hours: monthHours, callingHours: 0, calls: 0, records: 0 };
const stackUsd = (usage: Parameters<typeof stackBill>[0]): number => total(stackBill(usage));
const perKey = stackUsd({ ...idle, keys: 1 }) - stackUsd({ ...idle, keys: 0 });
const perUsedKey = usdOf(usesOfCallingHours(monthHours, 1)) - usdOf(usesOfCallingHours(monthHours, 0));

const comparedKeys = [1, 10, 100, 1000];
const comparedCalls = [0, 1_000_000, 10_000_000];

const comparison = (keys: number, calls: number): readonly string[] => {
  const [month] = monthsIn({ from: Date.UTC(2026, 10), to: Date.UTC(2026, 11) });
  if (month === undefined) throw new Error('November is a month');
  const onKms = (rotations: readonly number[]) => {
    const requests = new Map([[month.name, new Map([['symmetric, HMAC and management', calls] as const])]]);
    const key = { from: 0, to: undefined, rotations };
    return total(kmsBill({ keys: Array.from({ length: keys }, () => key), requests }, month));
  };
  const here = stackUsd({ hours: monthHours, callingHours: calls > 0 ? monthHours : 0, calls, records: calls, keys });
  return [count(keys), count(calls), usd(onKms([])), usd(onKms([1, 2])), usd(here), '$0'];
};

const assumptions = [
  `A call takes ${stackFacts.secondsPerCall * 1000} ms of a function with ${stackFacts.gigabytes} GB. This is not measured on AWS; each 10 ms more cost ${usd(cost(stackPrices.Lambda.gigabyteSecond, 100))} for 10,000 calls. A cold start takes some 20 times that, and is charged too.`,
  `A call reads ${stackFacts.readsPerCall} items; what a function has read within a second, and key material ever, it reads no second time. Grants and aliases take a read each where they are asked for.`,
  `Lambda writes ${stackFacts.logBytesPerRun} bytes of logs about each run, and asks the audit queue ${count(stackFacts.pollsPerHour)} times an hour. Keeping the logs for three months is not counted.`,
  `A record takes ${stackFacts.bytesPerRecord} bytes in a log file, and is counted for its first month in S3.`,
  'Custom metrics are charged in months in which one is told: at most $0.30 each.',
  'Making RSA keys and RSA data key pairs takes a function up to seconds; a second costs $0.000013.',
  'On AWS KMS, refused calls are charged like others, and only what was throttled is not: AWS names no exception. Where the log does not tell the size of an RSA key, the smallest is meant. Related multi-Region keys are charged for the rotations of all. AWS managed keys cost nothing, calls on them do.',
  'AWS prints no prices for ML-DSA, ML-KEM and SM2 that we know of: they are taken for those of ECC.',
];

const pages = [['AWS KMS', kmsPrices.page], ...Object.entries(stackPrices).map(([part, { page }]) => [part, page])];
