import { parseArgs } from 'node:util';
import { filterUsage, readingOptions, wantedBy } from './filters.ts';
import { recordsIn } from './reading.ts';
import { columns, rowOf } from './told.ts';

const usage = `usage: npm run -s audit -- query [options]

${filterUsage}
  --json             whole records, a line each, instead of a table
  --data DIR         the data folder of the service   KMS_DATA   .kms

Tells which calls were made, the oldest first.
`;

/** Tells the calls that were made. */
export const run = async (args: readonly string[]): Promise<number> => {
  const { values } = parseArgs({ args: [...args], options: readingOptions });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const wanted = wantedBy(values);
  if (!values.json) process.stdout.write(`${lineOf(columns)}\n`);
  for await (const record of recordsIn(values.data, wanted.from)) {
    if (!wanted.matches(record)) continue;
    process.stdout.write(`${values.json ? JSON.stringify(record) : lineOf(rowOf(record))}\n`);
  }
  return 0;
};

/** Wide enough for most; what is longer moves the rest of its line. */
const widths = [20, 18, 20, 36, 24];

export const lineOf = (row: readonly string[]): string =>
  row
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join('  ')
    .trimEnd();
