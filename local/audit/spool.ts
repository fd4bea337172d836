import { randomInt } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Runtime } from '../../lambdas/pipeline/ports.ts';

/** The file that takes new lines. One call at a time. */
export interface Spool {
  /**
   * Adds the lines, all or none; begins a file where there is none.
   *
   * @throws {Error} of the file system; the next call tries again
   */
  append(lines: Uint8Array, count: number): Promise<void>;
  /** Gives the file, also that of an earlier process, its final name, `<YYYYMMDDTHHMMZ>_<id>.jsonl`, if there is one. */
  setAside(): Promise<void>;
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly ino: number;
  /** Bytes that are whole lines. */
  size: number;
  /** How many lines that is. */
  count: number;
}

/** @param folder created when needed */
export const newSpool = (options: { folder: string; now: () => Date; log: Runtime['log'] }): Spool => {
  const { folder, now, log } = options;
  const path = join(folder, 'spool.jsonl');
  let current: OpenFile | undefined;

  const begin = async (): Promise<OpenFile> => {
    await setAside();
    const handle = await open(path, 'ax', 0o600);
    return { handle, ino: (await handle.stat()).ino, size: 0, count: 0 };
  };

  const letGo = async (): Promise<void> => {
    const handle = current?.handle;
    current = undefined;
    await handle?.close().catch((error: unknown) => log({ level: 'warn', message: `Closing ${path}`, error }));
  };

  const setAside = async (): Promise<void> => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const name = `${minuteOf(now())}_${newId()}.jsonl`;
    await rename(path, join(folder, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      if (current) reportLoss(current);
    });
    await letGo();
  };

  const reportLoss = ({ count }: OpenFile): void =>
    log({ level: 'error', message: `${path} was removed or replaced: ${count} audit records are lost` });

  return {
    async append(lines, count) {
      current ??= await begin();
      const file = current;
      // Lines written to a file that was deleted would vanish without an error.
      const there = stat(path).catch(() => undefined);
      try {
        await file.handle.appendFile(lines);
      } catch (error) {
        // A torn line stays at the end or goes away: new lines come after whole ones only, or go to a new file.
        await file.handle.truncate(file.size).catch(letGo);
        throw error;
      }
      if ((await there)?.ino !== file.ino) {
        reportLoss(file);
        await letGo();
        throw new Error(`${path} was removed or replaced`);
      }
      file.size += lines.length;
      file.count += count;
    },
    setAside,
  };
};

/** @returns such as 20270131T2359Z */
const minuteOf = (instant: Date): string => `${instant.toISOString().slice(0, 16).replaceAll(/[-:]/g, '')}Z`;

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** @returns 16 letters and digits, never the same twice (95 bits) */
const newId = (): string => Array.from({ length: 16 }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
