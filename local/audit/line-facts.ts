import { setImmediate as nextTurn } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { placeOf } from '../../core/audit/log-file.ts';
import type { Place } from '../../core/model/arn.ts';
import type { AuditRecord } from '../../lambdas/pipeline/ports.ts';

/** What has to be known of a record to file it: whose log it belongs to, and when it was. */
export interface LineFacts {
  readonly place: Place;
  readonly eventTime: unknown;
}

/** @returns undefined when the record does not say whose it is */
export const factsOf = (record: AuditRecord): LineFacts | undefined => {
  const place = placeOf(record);
  return place && { place, eventTime: record.eventTime };
};

/** The lines that this process has written to one spool. */
export interface WrittenLines {
  add(bytes: Uint8Array, facts: readonly LineFacts[]): void;
  /** @returns the facts of each line, if these bytes are what was added, and all of it */
  factsIn(bytes: Uint8Array): readonly LineFacts[] | undefined;
}

/** What was known of lines when they were written, so that nobody has to read them again. */
export const newWrittenLines = (): WrittenLines => {
  const all: LineFacts[] = [];
  let [length, sum] = [0, 0];
  return {
    add(bytes, facts) {
      for (const each of facts) all.push(sameAs(all.at(-1), each));
      length += bytes.length;
      sum = crc32(bytes, sum);
    },
    factsIn: (bytes) => (bytes.length === length && crc32(bytes) === sum ? all : undefined),
  };
};

/** Under load, thousands of lines have the same facts: one object is kept of them. */
const sameAs = (known: LineFacts | undefined, facts: LineFacts): LineFacts =>
  known?.eventTime === facts.eventTime &&
  known?.place.accountId === facts.place.accountId &&
  known.place.region === facts.place.region
    ? known
    : facts;

/** The same of lines that another process wrote, or that are not as they were written. Calls are served meanwhile. */
export const readFacts = async (
  lines: readonly Buffer[],
): Promise<readonly (LineFacts | 'no JSON' | 'no record')[]> => {
  const all: (LineFacts | 'no JSON' | 'no record')[] = [];
  for (const line of lines) {
    if (all.length % 250 === 249) await nextTurn();
    all.push(readLine(line));
  }
  return all;
};

const readLine = (line: Buffer): LineFacts | 'no JSON' | 'no record' => {
  try {
    // Latin 1 keeps every byte as it is, and JSON's own characters are the same in it as in UTF-8.
    return factsOf(JSON.parse(line.toString('latin1'))) ?? 'no record';
  } catch {
    return 'no JSON';
  }
};
