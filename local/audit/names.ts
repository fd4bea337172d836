import { randomInt } from 'node:crypto';
import { isRegion, type Place } from '../../core/model/arn.ts';
import type { AuditRecord } from '../../lambdas/pipeline/ports.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The spool that takes new records. */
export const spoolFile = 'spool.jsonl';

/** @returns `<YYYYMMDDTHHMMZ>_<id>.jsonl`; the id has 16 letters and digits (95 bits), and never comes twice */
export const newSpoolName = (instant: Date): string => {
  const minute = `${instant.toISOString().slice(0, 16).replaceAll(/[-:]/g, '')}Z`;
  const id = Array.from({ length: 16 }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
  return `${minute}_${id}.jsonl`;
};

const spoolName = /^(\d{4})(\d{2})(\d{2})T\d{4}Z_[A-Za-z0-9]{16}\.jsonl$/;

export const isSpoolName = (name: string): boolean => spoolName.test(name);

/** Whose log a record belongs to. @returns undefined when it does not say so in a form that may be part of a path */
export const placeOf = (record: unknown): Place | undefined => {
  const { recipientAccountId: accountId, awsRegion: region } = (record ?? {}) as AuditRecord; // members are checked below
  if (typeof accountId !== 'string' || !/^\d{12}$/.test(accountId)) return undefined;
  return typeof region === 'string' && isRegion(region) ? { accountId, region } : undefined;
};

/**
 * The folder and the name of the log file that the lines of one place in a spool become, as CloudTrail names them.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
 */
export const logFileName = ({ accountId, region }: Place, spool: string): { folder: string[]; file: string } => {
  const [, ...yearMonthDay] = spoolName.exec(spool) ?? [];
  return {
    folder: ['AWSLogs', accountId, 'CloudTrail', region, ...yearMonthDay],
    file: `${accountId}_CloudTrail_${region}_${spool.replace(/jsonl$/, 'json.gz')}`,
  };
};

/** The part of a log file's name that tells when, and of which spool it was made; `undefined` for other files. */
export const spoolOfLogFile = (path: string): string | undefined =>
  /_CloudTrail_[a-z0-9-]+_(\d{8}T\d{4}Z_[A-Za-z0-9]+)\.json\.gz$/.exec(path)?.[1];
