import { parseArgs } from 'node:util';
import { printable } from '../../core/policy/wording.ts';
import { filterUsage, readingOptions, wantedBy } from './filters.ts';
import { recordsIn } from './reading.ts';
import { keysOf, type Told } from './told.ts';

const usage = `usage: npm run -s audit -- stats [options]

${filterUsage}
  --json             a line of JSON for each key and operation, instead of a table
  --data DIR         the data folder of the service   KMS_DATA   .kms

Tells how often each key was used, by operation, and how often that failed. A call on two keys counts for both.
`;

interface Count {
  readonly key: string;
  readonly operation: string;
  calls: number;
  failed: number;
  /** Of the latest call. */
  last: string;
}

/** Counts calls by key and operation. */
export const run = async (args: readonly string[]): Promise<number> => {
  const { values } = parseArgs({ args: [...args], options: readingOptions });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const wanted = wantedBy(values);
  const counts = new Map<string, Count>();
  for await (const record of recordsIn(values.data, wanted.from)) {
    if (wanted.matches(record)) count(counts, record);
  }
  const rows = [...counts.values()].sort((a, b) => compare(a.key, b.key) || b.calls - a.calls);
  if (!values.json) process.stdout.write(`${['calls', 'failed', 'last', 'operation', 'key'].map(padded).join('  ')}\n`);
  for (const { key, operation, calls, failed, last } of rows) {
    const cells = [`${calls}`, `${failed}`, last, operation, key].map(printable).map(padded);
    process.stdout.write(
      values.json ? `${JSON.stringify({ key, operation, calls, failed, last })}\n` : `${cells.join('  ')}\n`,
    );
  }
  return 0;
};

const count = (counts: Map<string, Count>, told: Told): void => {
  const { eventName: operation = '', eventTime = '', errorCode } = told;
  const arns = keysOf(told).filter((name) => /^arn:[^/]*:key\//.test(name));
  for (const key of arns.length > 0 ? new Set(arns) : ['-']) {
    const id = `${key} ${operation}`;
    const found = counts.get(id) ?? { key, operation, calls: 0, failed: 0, last: '' };
    counts.set(id, found);
    found.calls += 1;
    if (errorCode !== undefined) found.failed += 1;
    if (eventTime > found.last) found.last = eventTime;
  }
};

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const widths = [7, 7, 20, 24];
const padded = (cell: string, index: number): string => cell.padEnd(widths[index] ?? 0);
