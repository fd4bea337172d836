import { randomUUID } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Duplex, Writable } from 'node:stream';
import { Failure } from '../../local/failure.ts';
import { syncFolder } from '../../local/files.ts';
import { sinkOf } from './ends.ts';

/** What is written passes through them, one after the other. */
export type Sinks = readonly (Duplex | Writable)[];

export interface WholeFile {
  readonly path: string;
  /** Whether a file of that name may be replaced. */
  readonly replace: boolean;
  /** Permission bits, less the umask. */
  readonly mode: number;
}

/**
 * Writes a file that has its name only when it is whole: `fill` writes to another, beside it, which is renamed when all
 * is on disk, and removed when something fails.
 */
export const writeWholeFile = async (
  { path, replace, mode }: WholeFile,
  fill: (sinks: Sinks) => Promise<void>,
): Promise<void> => {
  await checkFree(path, replace);
  const target = await realpath(path).catch(() => path); // what a link leads to is replaced, and not the link
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}.part`);
  const file = await open(temporary, 'wx', 0o600).catch((error: object) => {
    throw Object.assign(error, { path }); // the name that people know
  });
  try {
    try {
      await fill([sinkOf(file)]);
      await file.chmod(mode & ~process.umask());
      await file.sync();
    } finally {
      await file.close();
    }
    await checkFree(path, replace); // it may have taken long
    await rename(temporary, target);
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(dirname(target));
};

/** @throws {Failure} when there is a file that may not be replaced, or something that is no file */
export const checkFree = async (path: string, replace: boolean): Promise<void> => {
  const there = await stat(path).catch(() => undefined);
  if (there === undefined) return;
  const isFile = there.isFile();
  if (replace && isFile) return;
  throw new Failure({
    what: `${path} is not written`,
    why: isFile ? 'it is there already' : 'it is not a file',
    hint: isFile
      ? 'name another with --output, or replace it with --force'
      : 'name a file with --output, or - for stdout',
  });
};
