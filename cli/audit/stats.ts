import { printable } from '../../core/policy/wording.ts';
import { command } from '../command.ts';
import { tableOf } from '../table.ts';
import { readingOptions, wantedBy } from './filters.ts';
import { recordsIn } from './reading.ts';
import { keysOf, type Told } from './told.ts';

interface Count {
  readonly key: string;
  readonly operation: string;
  calls: number;
  failed: number;
  /** Of the latest call. */
  last: string;
}

export const stats = command({
  summary: 'tell how often keys were used',
  about: 'By key and operation, and how often that failed. A call on two keys counts for both.',
  options: readingOptions,
  json: 'a line for each key and operation, instead of a table: key, operation, calls, failed, last',
  examples: [['kms audit stats --error any', 'what fails, and how often']],
  async run({ values, note }) {
    const wanted = wantedBy(values);
    const counts = new Map<string, Count>();
    for await (const record of recordsIn(values.data, note, wanted.from)) {
      if (wanted.matches(record)) count(counts, record);
    }
    const rows = [...counts.values()].sort((a, b) => compare(a.key, b.key) || b.calls - a.calls);
    const cellsOf = ({ key, operation, calls, failed, last }: Count) =>
      [`${calls}`, `${failed}`, last, operation, key].map(printable);
    process.stdout.write(
      values.json
        ? rows.map((row) => `${JSON.stringify(row)}\n`).join('')
        : tableOf(['calls', 'failed', 'last', 'operation', 'key'], rows.map(cellsOf)),
    );
    return 0;
  },
});

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
