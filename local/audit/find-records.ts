import { createReadStream } from 'node:fs';
import { glob, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip, gunzip } from 'node:zlib';
import type { AuditRecord } from '../../lambdas/pipeline/ports.ts';
import { isSpoolName, spoolFile, spoolOfLogFile } from './names.ts';

/**
 * The records of one request: in the spool first, then in the log files, newest first. It only reads, in the order in
 * which records move from file to file, so it is safe beside a running service and misses nothing; it stops where it
 * finds something.
 *
 * @param folder the audit folder
 * @param warn told of a file that cannot be read; the search goes on
 * @returns empty when no file has a record of the request
 */
export const findRecords = async (
  folder: string,
  requestID: string,
  warn: (message: string) => void,
): Promise<readonly AuditRecord[]> => {
  const isWanted = (record: AuditRecord | undefined): record is AuditRecord => record?.requestID === requestID;
  // In a text of JSON the quotation marks would be escaped, so this is a member; whether the record's own is looked at later.
  const needle = Buffer.from(`"requestID":${JSON.stringify(requestID)}`);

  for await (const file of spools(folder)) {
    const bytes = await readFile(file).catch(unlessItMoved);
    const lines = bytes?.includes(needle) ? bytes.toString().split('\n') : [];
    const found = lines.map(parsed).filter(isWanted); // a last line that is still being written is not JSON yet
    if (found.length > 0) return found;
  }
  for await (const files of logFiles(folder)) {
    const found: AuditRecord[] = [];
    for (const file of files) {
      try {
        if (await holds(file, needle)) found.push(...(await recordsIn(file)).filter(isWanted));
      } catch (error) {
        warn(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    if (found.length > 0) return found;
  }
  return [];
};

/** The spool that takes records now, then those set aside, of which log files are made. */
async function* spools(folder: string): AsyncGenerator<string> {
  yield join(folder, spoolFile);
  const names = await readdir(folder).catch(() => []);
  for (const name of names.sort().reverse()) {
    if (isSpoolName(name.replace(/broken$/, 'jsonl'))) yield join(folder, name);
  }
}

/** Log files, newest first; those that were made of one spool, for several accounts and Regions, together. */
async function* logFiles(folder: string): AsyncGenerator<readonly string[]> {
  const days: string[] = [];
  for await (const day of glob('AWSLogs/*/CloudTrail/*/[0-9]*/[0-9]*/[0-9]*', { cwd: folder })) days.push(day);
  for (const places of newestFirst(days, (day) => day.slice(-'YYYY/MM/DD'.length))) {
    const files: string[] = [];
    for (const place of places) {
      for (const name of await readdir(join(folder, place))) files.push(join(folder, place, name));
    }
    yield* newestFirst(files, spoolOfLogFile);
  }
}

/** In groups by a name that sorts by time. */
const newestFirst = (paths: readonly string[], nameOf: (path: string) => string | undefined): readonly string[][] => {
  const groups = Map.groupBy(paths, nameOf);
  const names = [...groups.keys()].filter((name) => name !== undefined).sort();
  return names.reverse().map((name) => groups.get(name) ?? []);
};

/** Whether the text in a file has some bytes; it is never in memory as a whole. */
const holds = (file: string, needle: Buffer): Promise<boolean> =>
  pipeline(createReadStream(file), createGunzip({ chunkSize: 256 * 1024 }), async (chunks: AsyncIterable<Buffer>) => {
    let end = Buffer.alloc(0);
    let found = false;
    for await (const chunk of chunks) {
      const bytes = Buffer.concat([end, chunk]);
      found ||= bytes.includes(needle);
      end = bytes.subarray(Math.max(0, bytes.length - needle.length + 1));
    }
    return found;
  });

/** A log file is made of one spool, so of some 32 MB at most. */
const recordsIn = async (file: string): Promise<readonly AuditRecord[]> => {
  const text = await promisify(gunzip)(await readFile(file));
  const { Records } = JSON.parse(text.toString()) as { readonly Records: readonly AuditRecord[] }; // as CloudTrail's
  return Records;
};

/** A spool that was listed may have become log files since. */
const unlessItMoved = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== 'ENOENT') throw error;
};

const parsed = (line: string): AuditRecord | undefined => {
  try {
    return JSON.parse(line) as AuditRecord; // what is no record has no request id
  } catch {
    return undefined;
  }
};
