import { statSync, writeSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Runtime } from '../../lambdas/pipeline/ports.ts';
import { newSpoolName, spoolFile } from './names.ts';

/** The file that takes new lines. One call at a time. */
export interface Spool {
  /**
   * Adds lines, all or none; begins a file where there is none.
   *
   * @throws {Error} of the file system; the next call tries again
   */
  append(lines: Uint8Array): Promise<void>;
  /**
   * Gives the file its last name, `<YYYYMMDDTHHMMZ>_<id>.jsonl`, if there is one; one that another process left, too.
   * @returns the name
   */
  setAside(): Promise<string | undefined>;
  /** The same, and begins the next file, if it can: where others sync theirs to disk, that may take long. */
  renew(): Promise<string | undefined>;
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly ino: number;
  /** Bytes of whole, acknowledged lines. */
  size: number;
}

/**
 * Gives a spool its last name in the audit folder. Its own folder and that one are made when needed.
 *
 * @returns the name; `undefined` where there is no such file
 */
export const giveLastName = async (path: string, folder: string, now: () => Date): Promise<string | undefined> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const name = newSpoolName(now());
  try {
    await rename(path, join(folder, name));
    return name;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    return undefined;
  }
};

/** @param folder created when needed */
export const newSpool = (options: {
  folder: string;
  now: () => Date;
  log: Runtime['log'];
  /** @default a file of the folder */
  path?: string | undefined;
  /** Gives it its last name, as `giveLastName` does. */
  giveName?: (() => Promise<string | undefined>) | undefined;
}): Spool => {
  const { folder, now, log, path = join(folder, spoolFile) } = options;
  const { giveName = () => giveLastName(path, folder, now) } = options;
  let current: OpenFile | undefined;

  const begin = async (): Promise<OpenFile> => {
    const handle = await open(path, 'ax', 0o600);
    return { handle, ino: (await handle.stat()).ino, size: 0 };
  };

  const setAside = async (): Promise<string | undefined> => {
    const name = await giveName();
    if (name === undefined) reportLoss();
    await letGo();
    return name;
  };

  const letGo = async (): Promise<void> => {
    const handle = current?.handle;
    current = undefined;
    await handle?.close().catch((error: unknown) => log({ level: 'warn', message: `Closing ${path}`, error }));
  };

  const reportLoss = (): void => {
    if (!current?.size) return;
    log({ level: 'error', message: `${path} was removed or replaced: ${current.size} bytes of records are lost` });
  };

  return {
    async append(lines) {
      if (current === undefined) await setAside(); // what a failure left
      current ??= await begin();
      const { handle, ino, size } = current;
      try {
        // At once: all answers wait for it anyway, and another thread takes four times as long to be asked.
        for (let at = 0; at < lines.length; ) at += writeSync(handle.fd, lines, at);
      } catch (error) {
        // A torn line goes away, or stays the last one of its file: the next lines then begin another.
        await handle.truncate(size).catch(letGo);
        throw error;
      }
      if (inodeOf(path) !== ino) {
        // Writing to a file that was deleted is no error to the system, but the lines are nowhere.
        reportLoss();
        await letGo();
        throw new Error(`${path} was removed or replaced`);
      }
      current.size += lines.length;
    },
    setAside,
    async renew() {
      const name = await setAside();
      current = await begin().catch(() => undefined); // the next lines try again, and tell
      return name;
    },
  };
};

/** At once, as the write: the name was just in use, and to ask in another thread costs ten times as much. */
const inodeOf = (path: string): number | undefined => {
  try {
    return statSync(path, { throwIfNoEntry: false })?.ino;
  } catch {
    return undefined; // a folder on the way there is none, or not ours to enter
  }
};
