import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createGzip } from 'node:zlib';
import { type ListedLogFile, listedLogFile } from '../../core/audit/digest.ts';
import { logFileParts } from '../../core/audit/log-file.ts';
import type { Place } from '../../core/model/arn.ts';
import type { Runtime } from '../../lambdas/pipeline/ports.ts';
import { createFileOnce, syncFolder } from '../files.ts';
import { entryOf } from './digest-chains.ts';
import { folderAsBucket, isSpoolName, logFileOfSpool } from './names.ts';
import { readRuns, type WrittenLines } from './runs.ts';

/** Of compression: a third of the time that zlib takes by default, for a tenth more bytes. Calls are served meanwhile. */
const level = 3;

interface LogFilesOptions {
  readonly folder: string;
  readonly log: Runtime['log'];
  /** Told of each log file once it is there. */
  readonly made?: ((place: Place, file: ListedLogFile) => void) | undefined;
}

/**
 * Turns every spool that was set aside into log files, one per account and Region, `{"Records":[…]}` in gzip.
 * Names and bytes follow from the spool alone, which goes when all of its files are on disk: after a crash at any point, a
 * second run makes those that are missing. One call at a time.
 *
 * @param written what is known of lines, by the names of spools; those that are filed are taken out
 * @throws {AggregateError} when some could not be turned; they are still there, and the others are done
 */
export type MakeLogFiles = (written: Map<string, Pick<WrittenLines, 'runsOf'>>) => Promise<void>;

export const newLogFiles = (options: LogFilesOptions): MakeLogFiles => {
  const { folder } = options;
  const roomFor = newRoom();
  return async (written) => {
    const spools = (await readdir(folder)).filter(isSpoolName).sort();
    for (const name of written.keys()) if (!spools.includes(name)) written.delete(name); // filed before it was told of
    if (spools.length === 0) return;
    await syncFolder(folder); // a spool that a power cut gave its first name back would be filed twice
    const errors: unknown[] = [];
    for (const name of spools) {
      try {
        await fileSpool(options, name, await readIn(join(folder, name), roomFor), written.get(name));
        written.delete(name);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, `${errors.length} of ${spools.length} spools remain`);
  };
};

/** More is not kept for the next. */
const mostKept = 8 * 1024 * 1024;
const step = 256 * 1024;

/** Room for the bytes of one spool after the other: left to the garbage collector, they would have it collect everything. */
const newRoom = () => {
  let room = Buffer.alloc(0);
  return (size: number): Buffer => {
    if (size > mostKept) return Buffer.allocUnsafe(size);
    if (size > room.length) room = Buffer.allocUnsafeSlow(Math.ceil(size / step) * step);
    return room.subarray(0, size);
  };
};

const fileSpool = async (
  { folder, log, made }: LogFilesOptions,
  name: string,
  bytes: Buffer,
  written: Pick<WrittenLines, 'runsOf'> | undefined,
): Promise<void> => {
  const spool = join(folder, name);
  const { logs, torn, broken } = await sortLines(bytes, written);
  if (torn) log({ level: 'warn', message: `${spool}: dropped a torn last line; it was never acknowledged` });

  for (const { place, pieces, times } of logs) {
    const target = logFileOfSpool(place, name);
    const path = join(folder, ...target.folder);
    await mkdir(path, { recursive: true, mode: 0o700 });
    for (const other of await readdir(path)) {
      // What a crash left while this very file was written.
      if (other.startsWith(`.${target.file}.`)) await rm(join(path, other), { force: true });
    }
    const parts = logFileParts(pieces);
    const object = [...target.folder, target.file].join('/');
    const records = [...times].map((eventTime) => ({ eventTime }));
    // One that is there was made of all of the spool, which a power cut may have shortened since: it is not synced.
    const isNew = await createFileOnce(join(path, target.file), await gzipped(parts), 0o600);
    const listed = isNew ? listedLogFile(folderAsBucket, object, parts, records) : await entryOf(folder, object);
    made?.(place, listed);
  }

  if (broken.length === 0) return rm(spool);
  const kept = spool.replace(/jsonl$/, 'broken');
  await rename(spool, kept);
  const some = `${broken.length} lines are no audit records, the first is line ${broken[0]}`;
  log({ level: 'error', message: `${kept} is kept: ${some}; the others are in the log` });
};

/** Part by part: they are large, and put together they would take their room twice. */
const gzipped = async (parts: readonly Uint8Array[]): Promise<Buffer> => {
  const gzip = createGzip({ level, chunkSize: 32 * 1024 }); // what is left of a chunk waits for a full collection
  for (const part of parts) gzip.write(part);
  gzip.end();
  return Buffer.concat(await gzip.toArray());
};

interface Log {
  readonly place: Place;
  readonly pieces: Buffer[];
  /** When something happened, each time once. */
  readonly times: Set<unknown>;
}

/** @returns the lines by place, whether the last one was torn, and the numbers, from 1, of those that are no records */
const sortLines = async (bytes: Buffer, written: Pick<WrittenLines, 'runsOf'> | undefined) => {
  const known = written?.runsOf(bytes);
  const { runs, broken, torn } = known ? { runs: known, broken: [], torn: false } : await readRuns(bytes);
  const logs = new Map<string, Log>();
  for (const { place, from, to, times } of runs) {
    const key = `${place.accountId} ${place.region}`;
    const log = logs.get(key) ?? { place, pieces: [], times: new Set() };
    logs.set(key, log);
    log.pieces.push(bytes.subarray(from, to));
    for (const time of times) log.times.add(time);
  }
  return { logs: logs.values(), torn, broken };
};

const readIn = async (path: string, roomFor: (size: number) => Buffer): Promise<Buffer> => {
  const file = await open(path);
  try {
    const bytes = roomFor((await file.stat()).size);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length);
      if (bytesRead === 0) throw new Error(`${path} became shorter while it was read`);
      length += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
};
