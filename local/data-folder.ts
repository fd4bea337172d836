import { chmod, mkdir, readFile, realpath, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { writeFileAtomically } from './files.ts';

export interface DataFolder {
  /** @returns the absolute path of something in the folder */
  path(...parts: string[]): string;
  /** Lets the next process in. */
  close(): Promise<void>;
}

/** Another living process, or this one, has the folder. */
export class DataFolderInUseError extends Error {
  override readonly name = 'DataFolderInUseError';
  /** Of the holder, where it is known. */
  readonly pid: number | undefined;

  constructor(folder: string, pid: number | undefined) {
    const holder = pid === process.pid ? 'this process' : 'another process';
    super(`The data folder ${folder} is in use by ${holder}${pid === undefined ? '' : ` (pid ${pid})`}`);
    this.pid = pid;
  }
}

/**
 * Takes the folder for this process alone; creates it and its parents with mode 0700, and tightens an existing one.
 *
 * Node offers no file locks, so an empty LevelDB stands in: it locks its folder, and the operating system lets go when
 * the process ends, however it ends. No lock is ever stale.
 *
 * @throws {DataFolderInUseError} when it is taken
 */
export const openDataFolder = async (dir: string): Promise<DataFolder> => {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  // One spelling of the path: within a process LevelDB tells locks apart by name.
  const folder = await realpath(dir);
  if ((await stat(folder)).mode & 0o077) await chmod(folder, 0o700);

  const holderFile = join(folder, 'lock.pid');
  const lock = new ClassicLevel(join(folder, 'lock'));
  await lock.open().catch(async (error: Error) => {
    if (!isLocked(error)) throw error;
    throw new DataFolderInUseError(folder, await livingHolder(holderFile));
  });
  await writeFileAtomically(holderFile, `${process.pid}\n`, 0o600);

  let closed: Promise<void> | undefined;
  return {
    path: (...parts) => join(folder, ...parts),
    close() {
      closed ??= rm(holderFile, { force: true }).then(() => lock.close());
      return closed;
    },
  };
};

const isLocked = ({ cause }: Error): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === 'LEVEL_LOCKED';

/** @returns undefined while the new holder has not written its pid yet: the file may then name one that was killed */
const livingHolder = async (holderFile: string): Promise<number | undefined> => {
  const pid = Number.parseInt(await readFile(holderFile, 'utf8').catch(() => ''), 10);
  return Number.isNaN(pid) || !isAlive(pid) ? undefined : pid;
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};
