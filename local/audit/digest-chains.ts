import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { type ListedLogFile, listedLogFile, type StoredDigest } from '../../core/audit/digest.ts';
import { digestEnd, digestFolder } from '../../core/audit/digest-names.ts';
import { logFileMinute, placeOf } from '../../core/audit/log-file.ts';
import type { Runtime } from '../../lambdas/pipeline/ports.ts';
import { readDigest, uncompressed } from './digest-file.ts';
import type { Chain } from './digests.ts';
import { folderAsBucket } from './names.ts';

const day = 86_400_000;

/**
 * Where the chains of a folder stand when the service starts: the last digest of each, and the log files that a crash
 * kept from coming into one. What is older than the last digest and not in it is not taken: nobody knows where it is from.
 */
export const chainsIn = async (folder: string, now: Date, log: Runtime['log']): Promise<readonly Chain[]> => {
  const chains: Chain[] = [];
  for await (const path of glob('AWSLogs/*/CloudTrail/*', { cwd: folder })) {
    const [, recipientAccountId, , awsRegion] = path.split(/[\\/]/);
    const place = placeOf({ recipientAccountId, awsRegion });
    if (place === undefined) continue;
    const ends = await newestOf(folder, digestFolder(place), digestEnd);
    const last = await lastOf(folder, ends, log);
    const end = last ? new Date(last.digest.digestEndTime) : new Date(now.getTime() - day);
    const minute = Math.floor(end.getTime() / 60_000) * 60_000;
    const listed = await listedSince(folder, ends, minute);
    const waiting = new Map<string, ListedLogFile>();
    for (const object of await since(folder, path, minute)) {
      if (listed.has(object)) continue;
      const file = await entryOf(folder, object).catch((error: unknown) =>
        log({ level: 'error', message: `${object} cannot be read, and will be in no digest`, error }),
      );
      if (file) waiting.set(object, file);
    }
    chains.push({ place, last, waiting });
  }
  return chains;
};

/** @returns paths of digests of the last day that has some, newest first */
const newestOf = async (
  folder: string,
  below: string,
  timeOf: (object: string) => Date | undefined,
): Promise<readonly string[]> => {
  const days: string[] = [];
  for await (const path of glob(`${below}/[0-9]*/[0-9]*/[0-9]*`, { cwd: folder })) days.push(path);
  for (const path of days.sort().reverse()) {
    const files = await filesIn(folder, path, timeOf);
    if (files.length > 0) return files.reverse();
  }
  return [];
};

/** A digest that cannot be read cannot be gone on from: the chain begins anew, and verification tells. */
const lastOf = async (
  folder: string,
  [newest]: readonly string[],
  log: Runtime['log'],
): Promise<StoredDigest | undefined> => {
  if (newest === undefined) return undefined;
  try {
    return await readDigest(folder, newest);
  } catch (error) {
    log({ level: 'error', message: `${newest} cannot be read; a new chain of digests begins`, error });
    return undefined;
  }
};

const listedSince = async (folder: string, ends: readonly string[], minute: number): Promise<ReadonlySet<string>> => {
  const listed = new Set<string>();
  for (const object of ends.filter((name) => Number(digestEnd(name)) >= minute)) {
    const stored = await readDigest(folder, object).catch(() => undefined);
    for (const { s3Object } of stored?.digest.logFiles ?? []) listed.add(s3Object);
  }
  return listed;
};

const since = async (folder: string, below: string, minute: number): Promise<readonly string[]> => {
  const firstDay = new Date(minute).toISOString().slice(0, 10).replaceAll('-', '/');
  const found: string[] = [];
  for await (const path of glob(`${below}/[0-9]*/[0-9]*/[0-9]*`, { cwd: folder })) {
    if (path.split(/[\\/]/).slice(-3).join('/') >= firstDay)
      found.push(...(await filesIn(folder, path, logFileMinute)));
  }
  return found.filter((object) => Number(logFileMinute(object)) >= minute);
};

/** @returns paths below the audit folder, with slashes, oldest first */
const filesIn = async (folder: string, below: string, timeOf: (object: string) => Date | undefined) => {
  const found: string[] = [];
  for await (const path of glob('*.json.gz', { cwd: join(folder, below) })) {
    found.push(`${below}/${path}`.split(/[\\/]/).join('/'));
  }
  return found.filter((object) => timeOf(object) !== undefined).sort();
};

/** What digests tell of a log file, by what is in it. @throws {Error} when it cannot be read */
export const entryOf = async (folder: string, object: string): Promise<ListedLogFile> => {
  const bytes = await uncompressed(join(folder, object));
  const { Records } = JSON.parse(bytes.toString()) as { Records: readonly { eventTime?: unknown }[] }; // made by this service
  return listedLogFile(folderAsBucket, object, [bytes], Records);
};
