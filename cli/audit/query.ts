import type { AuditRecord } from '../../lambdas/pipeline/ports.ts';
import { command } from '../command.ts';
import { styled } from '../look.ts';
import { readingOptions, wantedBy } from './filters.ts';
import { recordsIn } from './reading.ts';
import { columns, rowOf, type Told } from './told.ts';

export const query = command({
  summary: 'tell calls that were made',
  about: 'The oldest first. All of the options must hold of a call.',
  options: readingOptions,
  json: 'whole records, a line each, instead of a table',
  examples: [
    ['kms audit query --key alias/lab --context tenant=blue', 'who used it for whom, and why it was allowed'],
    ['kms audit query --error any --json | jq .errorCode', 'what went wrong'],
  ],
  async run({ values, note }) {
    const wanted = wantedBy(values);
    if (!values.json) process.stdout.write(`${styled('bold', lineOf(columns))}\n`);
    for await (const record of recordsIn(values.data, note, wanted.from)) {
      if (!wanted.matches(record)) continue;
      process.stdout.write(`${values.json ? JSON.stringify(record) : lineOfCall(record)}\n`);
    }
    return 0;
  },
});

/** A call in the columns; one that failed is red. */
export const lineOfCall = (record: AuditRecord): string => {
  const told: Told = record;
  const line = lineOf(rowOf(record));
  return told.errorCode === undefined ? line : styled('red', line);
};

/** Wide enough for most; what is longer moves the rest of its line. */
const widths = [20, 18, 20, 36, 24];

const lineOf = (row: readonly string[]): string =>
  row
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join('  ')
    .trimEnd();
