import { readFile } from 'node:fs/promises';
import type { AuditRecord } from '../../lambdas/pipeline/ports.ts';
import { logFiles, recordsIn, recordsOf, spools, unlessItMoved } from './record-files.ts';

/**
 * All records since a time, the oldest log file first. It only reads, and is safe beside a running service: spools are read
 * first, so that nothing slips by while it becomes a log file, and told last.
 *
 * @param from leaves out log files of days before, not single records
 * @param warn told of a file that cannot be read; the others are
 */
export async function* readRecords(
  folder: string,
  from: Date | undefined,
  warn: (message: string) => void,
): AsyncGenerator<AuditRecord> {
  const waiting: AuditRecord[][] = [];
  for await (const file of spools(folder)) {
    const bytes = await readFile(file).catch(unlessItMoved);
    if (bytes) waiting.push([...recordsOf(bytes)]);
  }
  const inSpools = waiting.reverse().flat();
  const toldLater = new Set(inSpools.map(({ eventID }) => eventID));

  // A log file is of the day on which it was made: of the last call in it, or, after a crash, of any day later.
  const isDayWanted = (day: string) => from === undefined || day >= dayOf(from);
  const groups: (readonly string[])[] = [];
  for await (const files of logFiles(folder, isDayWanted)) groups.push(files);
  for (const file of groups.reverse().flat()) {
    try {
      yield* (await recordsIn(file)).filter(({ eventID }) => !toldLater.has(eventID));
    } catch (error) {
      warn(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  yield* inSpools;
}

const dayOf = (instant: Date): string => instant.toISOString().slice(0, 10).replaceAll('-', '/');
