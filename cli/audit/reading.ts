import { join } from 'node:path';
import type { AuditRecord } from '../../lambdas/pipeline/ports.ts';
import { readRecords } from '../../local/audit/read-records.ts';
import { dataDirFrom } from '../../local/options.ts';
import type { Call } from '../command.ts';

/**
 * All records in a data folder, the oldest first.
 *
 * @param data what `--data` says
 * @param note is told which file cannot be read
 * @param from leaves out log files of days before, not single records
 */
export const recordsIn = (data: string | undefined, note: Call['note'], from?: Date): AsyncIterable<AuditRecord> =>
  readRecords(join(dataDirFrom(data, process.env), 'audit'), from, (message) => note(`kms audit: ${message}`));
