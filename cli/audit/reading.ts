import { join } from 'node:path';
import type { AuditRecord } from '../../lambdas/pipeline/ports.ts';
import { readRecords } from '../../local/audit/read-records.ts';
import { dataDirFrom } from '../../local/options.ts';

/**
 * All records in a data folder, the oldest first; says on stderr which file cannot be read.
 *
 * @param data what `--data` says
 * @param from leaves out log files of days before, not single records
 */
export const recordsIn = (data: string | undefined, from?: Date): AsyncIterable<AuditRecord> =>
  readRecords(join(dataDirFrom(data, process.env), 'audit'), from, (message) =>
    process.stderr.write(`kms audit: ${message}\n`),
  );
