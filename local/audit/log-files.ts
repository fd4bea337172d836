import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type ListedLogFile, listedLogFile } from '../../core/audit/digest.ts';
import { logFileBody, placeOf } from '../../core/audit/log-file.ts';
import type { Place } from '../../core/model/arn.ts';
import type { AuditRecord, Runtime } from '../../lambdas/pipeline/ports.ts';
import { syncFolder, writeFileAtomically } from '../files.ts';
import { folderAsBucket, isSpoolName, logFileOfSpool } from './names.ts';

/** Of compression: a third of the time that zlib takes by default, for a tenth more bytes. Calls are served meanwhile. */
const level = 3;

/**
 * Turns every spool that was set aside into log files, one per account and Region, `{"Records":[…]}` in gzip.
 * Names and bytes follow from the spool alone: after a crash at any point, a second run makes the same files again.
 *
 * @param made told of each log file once it is there
 * @throws {AggregateError} when some could not be turned; they are still there, and the others are done
 */
export const makeLogFiles = async (
  folder: string,
  log: Runtime['log'],
  made: (place: Place, file: ListedLogFile) => void = () => {},
): Promise<void> => {
  const spools = (await readdir(folder)).filter(isSpoolName).sort();
  if (spools.length === 0) return;
  await syncFolder(folder); // a spool that a power cut gave its first name back would be filed twice
  const errors: unknown[] = [];
  for (const name of spools) await fileSpool(folder, name, log, made).catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw new AggregateError(errors, `${errors.length} of ${spools.length} spools remain`);
};

const fileSpool = async (
  folder: string,
  name: string,
  log: Runtime['log'],
  made: (place: Place, file: ListedLogFile) => void,
): Promise<void> => {
  const spool = join(folder, name);
  const { logs, torn, broken } = await sortLines(await syncedBytes(spool));
  if (torn) log({ level: 'warn', message: `${spool}: dropped a torn last line; it was never acknowledged` });

  for (const { place, lines, records } of logs) {
    const target = logFileOfSpool(place, name);
    const path = join(folder, ...target.folder);
    await mkdir(path, { recursive: true, mode: 0o700 });
    for (const other of await readdir(path)) {
      // What a crash left while this very file was written.
      if (other.startsWith(`.${target.file}.`)) await rm(join(path, other), { force: true });
    }
    const body = Buffer.from(logFileBody(lines), 'latin1');
    await writeFileAtomically(join(path, target.file), await promisify(gzip)(body, { level }), 0o600);
    made(place, listedLogFile(folderAsBucket, [...target.folder, target.file].join('/'), body, records));
  }

  if (broken.length === 0) return rm(spool);
  const kept = spool.replace(/jsonl$/, 'broken');
  await rename(spool, kept);
  const some = `${broken.length} lines are no audit records, the first is line ${broken[0]}`;
  log({ level: 'error', message: `${kept} is kept: ${some}; the others are in the log` });
};

/** @returns the lines by place, whether the last one was torn, and the numbers, from 1, of those that are no records */
const sortLines = async (bytes: Buffer) => {
  // Latin 1 keeps every byte as it is, and JSON's own characters are the same in it as in UTF-8.
  const all = bytes.toString('latin1').split('\n');
  let torn = all.pop() !== '';
  const logs = new Map<string, { place: Place; lines: string[]; records: { readonly eventTime?: unknown }[] }>();
  const broken: number[] = [];
  for (const [index, line] of all.entries()) {
    if (index % 250 === 249) await nextTurn(); // calls are served meanwhile
    const record = parsed(line);
    const place = placeOf(record);
    if (place) {
      const key = `${place.accountId} ${place.region}`;
      const log = logs.get(key) ?? { place, lines: [], records: [] };
      logs.set(key, log);
      log.lines.push(line);
      log.records.push({ eventTime: (record as AuditRecord).eventTime }); // placeOf found it to be one
    } else if (record === undefined && index === all.length - 1 && !torn) torn = true;
    else broken.push(index + 1);
  }
  return { logs: logs.values(), torn, broken };
};

/** @returns undefined when it is not JSON */
const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

/** On disk before any log file is made: a shorter spool after a power cut would replace that file by a shorter one. */
const syncedBytes = async (path: string): Promise<Buffer> => {
  const file = await open(path, 'r+');
  try {
    await file.sync();
    return await file.readFile();
  } finally {
    await file.close();
  }
};
