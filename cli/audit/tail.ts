import { join } from 'node:path';
import { followSpool } from '../../local/audit/follow-spool.ts';
import { dataDirFrom } from '../../local/options.ts';
import { command } from '../command.ts';
import { stoppable } from '../stoppable.ts';
import { readingOptions, wantedBy } from './filters.ts';
import { lineOfCall } from './query.ts';

export const tail = command({
  summary: 'tell calls as they are made',
  about: 'When, who, what, on which key, with what result, and why. Ctrl-C ends it.',
  options: readingOptions,
  json: 'whole records, a line each',
  examples: [['kms audit tail --principal alice', 'what alice does, as she does it']],
  async run({ values }) {
    const wanted = wantedBy(values);
    const folder = join(dataDirFrom(values.data, process.env), 'audit');
    await stoppable(async (stopped) => {
      const stop = new AbortController();
      void stopped.then(() => stop.abort());
      for await (const record of followSpool(folder, stop.signal)) {
        if (!wanted.matches(record)) continue;
        process.stdout.write(`${values.json ? JSON.stringify(record) : lineOfCall(record)}\n`);
      }
    });
    return 0;
  },
});
