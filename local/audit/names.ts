import { randomBytes } from 'node:crypto';
import { isStem, logFileName, stemOf } from '../../core/audit/log-file.ts';
import type { Place } from '../../core/model/arn.ts';

/** The spool that takes new records. */
export const spoolFile = 'spool.jsonl';

/** The folder in which each front has one for its spool; see local/fronts. */
export const frontsFolder = 'fronts';

/** What stands in digests for the bucket: the folder below which all their paths begin. */
export const folderAsBucket = 'audit';

/** @returns `<YYYYMMDDTHHMMZ>_<id>.jsonl`, which never comes twice */
export const newSpoolName = (instant: Date): string => `${stemOf(instant, randomBytes(16))}.jsonl`;

export const isSpoolName = (name: string): boolean =>
  name.endsWith('.jsonl') && isStem(name.slice(0, -'.jsonl'.length));

/** The folder and the name of the log file that the lines of one place in a spool become. */
export const logFileOfSpool = (place: Place, spool: string) => logFileName(place, spool.replace(/\.jsonl$/, ''));

/** The part of a log file's name that tells when, and of which spool it was made; `undefined` for other files. */
export const spoolOfLogFile = (path: string): string | undefined =>
  /_CloudTrail_[a-z0-9-]+_(\d{8}T\d{4}Z_[A-Za-z0-9]+)\.json\.gz$/.exec(path)?.[1];
