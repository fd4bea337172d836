import { setImmediate as nextTurn } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { placeOf } from '../../core/audit/log-file.ts';
import type { Place } from '../../core/model/arn.ts';
import type { AuditEntry, AuditRecord } from '../../lambdas/pipeline/ports.ts';

/** Lines that stand together in a spool and belong into one log: what has to be known to file them. */
export interface Run {
  readonly place: Place;
  /** The first byte of the first line. */
  readonly from: number;
  /** The byte behind the end of the last line. */
  readonly to: number;
  /** When they happened, each time once. */
  readonly times: ReadonlySet<unknown>;
}

/** Lines as they are written. */
export interface Lines {
  readonly bytes: Uint8Array;
  /** The byte behind the end of each. */
  readonly ends: readonly number[];
}

/** @param room taken for the bytes where they surely fit, until the next call */
export const encodeLines = (entries: readonly AuditEntry[], room: Buffer): Lines => {
  let most = 0;
  for (const { text } of entries) most += text.length * mostBytes + 1;
  const bytes = most <= room.length ? room : Buffer.allocUnsafe(most);
  const ends: number[] = [];
  let end = 0;
  for (const { text } of entries) {
    end += bytes.write(text, end);
    bytes[end] = newLine;
    end += 1;
    ends.push(end);
  }
  return { bytes: bytes.subarray(0, end), ends };
};

/** Of a character in UTF-8, as the length of a text counts them. */
const mostBytes = 3;

/** What this process has written to one spool. */
export interface WrittenLines {
  /** @param lines of the entries, in their order; the place of each has been seen to be one */
  add(lines: Lines, entries: readonly AuditEntry[]): void;
  /** @returns all lines, if these bytes are what was added, and all of it */
  runsOf(bytes: Uint8Array): readonly Run[] | undefined;
  /** The same for another process. */
  told(): ToldLines;
}

export interface ToldLines {
  readonly runs: readonly Run[];
  /** Of all bytes. */
  readonly length: number;
  /** CRC-32 of all bytes. */
  readonly sum: number;
}

/** What another process has written to one spool, as it told. */
export const writtenElsewhere = ({ runs, length, sum }: ToldLines): Pick<WrittenLines, 'runsOf'> => ({
  runsOf: (bytes) => (bytes.length === length && crc32(bytes) === sum ? runs : undefined),
});

/** What was known of lines when they were written, so that nobody has to read them again. */
export const newWrittenLines = (): WrittenLines => {
  const runs = newRuns();
  let [length, sum] = [0, 0];
  return {
    add({ bytes, ends }, entries) {
      const before = length;
      for (const [i, { eventTime, awsRegion: region, recipientAccountId: accountId }] of entries.entries()) {
        const end = before + (ends[i] ?? 0);
        runs.add(length, end, { region, accountId }, eventTime);
        length = end;
      }
      sum = crc32(bytes, sum);
    },
    runsOf: (bytes) => writtenElsewhere({ runs: runs.all, length, sum }).runsOf(bytes),
    told: () => ({ runs: runs.all, length, sum }),
  };
};

/**
 * The same of lines that another process wrote, or that are not as they were written. Calls are served meanwhile.
 * @returns `torn`: whether the last line has no end, or is not JSON, as its process ended while it wrote; `broken`: the
 *   numbers, from 1, of other lines that are no records
 */
export const readRuns = async (bytes: Buffer) => {
  const runs = newRuns();
  const broken: number[] = [];
  const isCut = bytes.length > 0 && bytes.at(-1) !== newLine;
  let isLastJson = true;
  let line = 0;
  for (let from = 0, end = bytes.indexOf(newLine); end >= 0; from = end + 1, end = bytes.indexOf(newLine, from)) {
    line += 1;
    if (line % 250 === 0) await nextTurn();
    const record = parsed(bytes.subarray(from, end));
    const place = placeOf(record);
    isLastJson = record !== undefined;
    if (place) runs.add(from, end + 1, place, record?.eventTime);
    else broken.push(line);
  }
  if (!isLastJson && !isCut) broken.pop(); // it is torn
  return { runs: runs.all, broken, torn: isCut || !isLastJson };
};

const newLine = 10;

const parsed = (line: Buffer): AuditRecord | undefined => {
  try {
    // Latin 1 keeps every byte as it is, and JSON's own characters are the same in it as in UTF-8.
    return Object(JSON.parse(line.toString('latin1'))) as AuditRecord; // a number or text has no members
  } catch {
    return undefined;
  }
};

const newRuns = () => {
  const all: (Run & { to: number; times: Set<unknown> })[] = [];
  return {
    all,
    add(from: number, to: number, place: Place, eventTime: unknown): void {
      const last = all.at(-1);
      if (last?.to === from && last.place.accountId === place.accountId && last.place.region === place.region) {
        last.to = to;
        last.times.add(eventTime);
      } else all.push({ place, from, to, times: new Set([eventTime]) });
    },
  };
};
