import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { frontsFolder, spoolFile } from './names.ts';
import { giveLastName } from './spool.ts';

const takenPrefix = 'taken-';

/**
 * Sets aside the spools of fronts whose service was killed. Should one of them still run, it can acknowledge nothing more:
 * its folder is taken away from under its spool before anybody reads that, and it makes no other.
 *
 * @param folder the audit folder
 */
export const takeSpoolsLeft = async (folder: string, now: () => Date): Promise<void> => {
  const fronts = join(folder, frontsFolder);
  for (const entry of await readdir(fronts, { withFileTypes: true }).catch(() => [])) {
    if (!entry.isDirectory()) continue;
    const { name } = entry;
    const taken = name.startsWith(takenPrefix) ? name : `${takenPrefix}${name}`;
    if (name !== taken) await rename(join(fronts, name), join(fronts, taken));
    await giveLastName(join(fronts, taken, spoolFile), folder, now);
  }
  await rm(fronts, { recursive: true, force: true });
};
