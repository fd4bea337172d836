import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { isRegion, type Place } from '../../core/model/arn.ts';
import type { AuditRecord, Runtime } from '../../lambdas/pipeline/ports.ts';
import { writeFileAtomically } from '../files.ts';

/** `<YYYYMMDDTHHMMZ>_<id>.jsonl`: a spool that takes no more lines. */
const setAsideName = /^(\d{4})(\d{2})(\d{2})T\d{4}Z_[A-Za-z0-9]{16}\.jsonl$/;

/**
 * Turns every spool that was set aside into log files, one per account and Region:
 * `AWSLogs/<account>/CloudTrail/<region>/YYYY/MM/DD/<account>_CloudTrail_<region>_<YYYYMMDDTHHMMZ>_<id>.json.gz`.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
 *
 * Names and bytes follow from the spool alone: after a crash at any point, a second run makes the same files again.
 *
 * @throws {AggregateError} when some could not be turned; they are still there, and the others are done
 */
export const makeLogFiles = async (folder: string, log: Runtime['log']): Promise<void> => {
  const names = (await readdir(folder)).filter((name) => setAsideName.test(name)).sort();
  if (names.length === 0) return;
  await syncNames(folder); // a spool that fell back to its first name would be set aside, and filed, once more
  const errors: unknown[] = [];
  for (const name of names) await turn(folder, name, log).catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw new AggregateError(errors, `${errors.length} of ${names.length} spools remain`);
};

const turn = async (folder: string, name: string, log: Runtime['log']): Promise<void> => {
  const spool = join(folder, name);
  const { groups, torn, broken } = await sorted(await syncedBytes(spool));
  if (torn) log({ level: 'warn', message: `${spool}: dropped a torn last line, which was never acknowledged` });

  for (const [place, lines] of groups) {
    const [path, file] = logFile(place, name);
    const records = Buffer.from(`{"Records":[${lines.join(',')}]}`, 'latin1');
    await mkdir(join(folder, path), { recursive: true, mode: 0o700 });
    await writeFileAtomically(join(folder, path, file), await promisify(gzip)(records), 0o600);
  }

  if (broken.length === 0) return rm(spool);
  const kept = spool.replace(/jsonl$/, 'broken');
  await rename(spool, kept);
  const message = `${kept}: ${broken.length} lines are not audit records, the first is line ${broken[0]}; the file is kept, and the other lines are in the log`;
  log({ level: 'error', message });
};

/** `<account>/<region>` to its lines; the numbers of lines that are not records, counted from 1. */
const sorted = async (bytes: Buffer) => {
  // Latin 1, because every byte survives it, whatever it is.
  const lines = bytes.toString('latin1').split('\n');
  let torn = lines.pop() !== '';
  const groups = new Map<string, string[]>();
  const broken: number[] = [];
  for (const [index, line] of lines.entries()) {
    if (index % 250 === 249) await nextTurn(); // parsing all at once would hold up calls
    const place = placeOf(parsed(line));
    if (place) groups.getOrInsert
    else if (parsed(line) === undefined && index === lines.length - 1) torn = true;
    else broken.push(index + 1);
  }
  return { groups, torn, broken };
};
