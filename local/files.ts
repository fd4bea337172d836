import { randomUUID } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Replaces or creates a file: after a crash or a power cut it holds the old bytes or the new ones, never a part.
 *
 * @param mode permission bits of the new file, whatever the umask and the mode of the old one
 */
export const writeFileAtomically = async (path: string, bytes: Uint8Array | string, mode: number): Promise<void> => {
  await withTemporaryFile(path, bytes, mode, (temporary) => rename(temporary, path));
  await syncFolder(dirname(path));
};

/**
 * Creates a file that does not exist, whole or not at all; of several processes at once, one makes it.
 *
 * @returns whether it was made; an existing file is left as it is. Either is on disk then
 */
export const createFileOnce = async (path: string, bytes: Uint8Array | string, mode: number): Promise<boolean> => {
  // A link fails where the name is taken; opening the path itself exclusively could leave an empty file in a crash.
  const made = await withTemporaryFile(path, bytes, mode, (temporary) =>
    link(temporary, path).then(() => true, ifTaken),
  );
  await syncFolder(dirname(path));
  return made;
};

const ifTaken = (error: NodeJS.ErrnoException): false => {
  if (error.code === 'EEXIST') return false;
  throw error;
};

/** Writes the bytes to a file beside `path`, on disk when `use` is called with its name, and gone afterwards. */
const withTemporaryFile = async <Result>(
  path: string,
  bytes: Uint8Array | string,
  mode: number,
  use: (temporary: string) => Promise<Result>,
): Promise<Result> => {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    return await use(temporary);
  } finally {
    await rm(temporary, { force: true });
  }
};

/** A new name is on disk only when its folder is. Windows cannot open folders, and needs no such thing. */
export const syncFolder = async (path: string): Promise<void> => {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};
