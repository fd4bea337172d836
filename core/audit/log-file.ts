import { isRegion, type Place } from '../model/arn.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const idLength = 16;

/**
 * The part of a log file's name that tells when it was made, and that never comes twice: `<YYYYMMDDTHHMMZ>_<id>`.
 *
 * @param random 16 bytes; the id has as many letters and digits (95 bits)
 */
export const stemOf = (instant: Date, random: Uint8Array): string => {
  let number = BigInt(`0x${Buffer.from(random).toString('hex')}`);
  let id = '';
  for (let length = 0; length < idLength; length += 1) {
    id += alphabet.charAt(Number(number % BigInt(alphabet.length)));
    number /= BigInt(alphabet.length);
  }
  return `${minuteOf(instant)}_${id}`;
};

const minuteOf = (instant: Date): string => `${instant.toISOString().slice(0, 16).replaceAll(/[-:]/g, '')}Z`;

const stem = /^(\d{4})(\d{2})(\d{2})T\d{4}Z_[A-Za-z0-9]{16}$/;

export const isStem = (text: string): boolean => stem.test(text);

/**
 * The folder and the name of a log file of one account and Region, as CloudTrail names them.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
 */
export const logFileName = ({ accountId, region }: Place, name: string): { folder: string[]; file: string } => {
  const [, ...yearMonthDay] = stem.exec(name) ?? [];
  return {
    folder: [...logFolder({ accountId, region }).split('/'), ...yearMonthDay],
    file: `${accountId}_CloudTrail_${region}_${name}.json.gz`,
  };
};

export const logFolder = ({ accountId, region }: Place): string => `AWSLogs/${accountId}/CloudTrail/${region}`;

/** The path that sorts before those of all log files of a place that were begun in this minute or later. */
export const firstSince = (place: Place, instant: Date): string => {
  const { folder, file } = logFileName(place, `${minuteOf(instant)}_${'0'.repeat(idLength)}`);
  return [...folder, file].join('/');
};

/** @param lines records, each as a text of JSON */
export const logFileBody = (lines: readonly string[]): string => `{"Records":[${lines.join(',')}]}`;

/**
 * The same of bytes of UTF-8, in parts.
 *
 * @param pieces of whole lines, each line with its end, one or more in all; the ends are written over
 */
export const logFileParts = (pieces: readonly Buffer[]): readonly Uint8Array[] => {
  for (const piece of pieces) {
    // JSON has line ends between its tokens alone, and these records are on one line each.
    for (let at = piece.indexOf('\n'); at >= 0; at = piece.indexOf('\n', at + 1)) piece[at] = comma;
  }
  const lines = pieces.map((piece, i) => (i === pieces.length - 1 ? piece.subarray(0, -1) : piece));
  return [Buffer.from('{"Records":['), ...lines, Buffer.from(']}')];
};

const comma = 0x2c;

/** Whose log a record belongs to. @returns undefined when it does not say so in a form that may be part of a path */
export const placeOf = (record: unknown): Place | undefined => {
  const { recipientAccountId: accountId, awsRegion: region } = (record ?? {}) as Record<string, unknown>; // checked below
  if (typeof accountId !== 'string' || !/^\d{12}$/.test(accountId)) return undefined;
  return typeof region === 'string' && isRegion(region) ? { accountId, region } : undefined;
};

/** The minute in which a log file was begun to be made, by its path; `undefined` for other files. */
export const logFileMinute = (object: string): Date | undefined => {
  const [, ...parts] = /_CloudTrail_.*_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z_[A-Za-z0-9]+\.json\.gz$/.exec(object) ?? [];
  return dateOf(parts);
};

/** @param parts year, month, day, hour, minute, and the second if it is known, as digits */
export const dateOf = (parts: readonly string[]): Date | undefined => {
  if (parts.length === 0) return undefined;
  const [year, month, day, hour, minute, second = '00'] = parts;
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
};
