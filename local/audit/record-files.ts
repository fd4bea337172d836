import { glob, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { AuditRecord } from '../../lambdas/pipeline/ports.ts';
import { frontsFolder, isSpoolName, spoolFile, spoolOfLogFile } from './names.ts';

/** The spools that take records now: that of the service, and one for each of its fronts. Not all of them need be there. */
export const openSpools = async (folder: string): Promise<readonly string[]> => {
  const fronts = await readdir(join(folder, frontsFolder)).catch(() => []);
  return [join(folder, spoolFile), ...fronts.sort().map((name) => join(folder, frontsFolder, name, spoolFile))];
};

/** The spools that take records now, then those set aside, of which log files are made. */
export async function* spools(folder: string): AsyncGenerator<string> {
  yield* await openSpools(folder);
  const names = await readdir(folder).catch(() => []);
  for (const name of names.sort().reverse()) {
    if (isSpoolName(name.replace(/broken$/, 'jsonl'))) yield join(folder, name);
  }
}

/** Log files, newest first; those that were made of one spool, for several accounts and Regions, together. */
export async function* logFiles(
  folder: string,
  isDayWanted = (_day: string) => true,
): AsyncGenerator<readonly string[]> {
  const days: string[] = [];
  for await (const day of glob('AWSLogs/*/CloudTrail/*/[0-9]*/[0-9]*/[0-9]*', { cwd: folder })) days.push(day);
  for (const places of newestFirst(
    days.filter((day) => isDayWanted(dayOf(day))),
    dayOf,
  )) {
    const files: string[] = [];
    for (const place of places) {
      for (const name of await readdir(join(folder, place))) files.push(join(folder, place, name));
    }
    yield* newestFirst(files, spoolOfLogFile);
  }
}

const dayOf = (path: string): string => path.slice(-'YYYY/MM/DD'.length).split('\\').join('/');

/** In groups by a name that sorts by time. */
const newestFirst = (paths: readonly string[], nameOf: (path: string) => string | undefined): readonly string[][] => {
  const groups = Map.groupBy(paths, nameOf);
  const names = [...groups.keys()].filter((name) => name !== undefined).sort();
  return names.reverse().map((name) => groups.get(name) ?? []);
};

/** A log file is made of one spool, so of some 32 MB at most. */
export const recordsIn = async (file: string): Promise<readonly AuditRecord[]> => {
  const text = await promisify(gunzip)(await readFile(file));
  const { Records } = JSON.parse(text.toString()) as { readonly Records: readonly AuditRecord[] }; // as CloudTrail's
  return Records;
};

/** A spool that was listed may have become log files since. */
export const unlessItMoved = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== 'ENOENT') throw error;
};

/** The records in lines of a spool; a last line that is still being written is not JSON yet. */
export const recordsOf = (lines: Buffer): readonly AuditRecord[] =>
  lines
    .toString()
    .split('\n')
    .map(parsed)
    .filter((record) => record !== undefined);

const parsed = (line: string): AuditRecord | undefined => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
};
