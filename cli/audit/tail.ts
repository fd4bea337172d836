import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { followSpool } from '../../local/audit/follow-spool.ts';
import { dataDirFrom } from '../../local/options.ts';
import { filterUsage, readingOptions, wantedBy } from './filters.ts';
import { lineOf } from './query.ts';
import { rowOf } from './told.ts';

const usage = `usage: npm run -s audit -- tail [options]

${filterUsage}
  --json             whole records, a line each
  --data DIR         the data folder of the service   KMS_DATA   .kms

Tells calls as they are made: when, who, what, on which key, with what result, and why. Ctrl-C ends it.
`;

/** Tells calls as they are made, until SIGINT or SIGTERM. */
export const run = async (args: readonly string[]): Promise<number> => {
  const { values } = parseArgs({ args: [...args], options: readingOptions });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const wanted = wantedBy(values);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  const folder = join(dataDirFrom(values.data, process.env), 'audit');
  for await (const record of followSpool(folder, stop.signal)) {
    if (!wanted.matches(record)) continue;
    process.stdout.write(`${values.json ? JSON.stringify(record) : lineOf(rowOf(record))}\n`);
  }
  return 0;
};
