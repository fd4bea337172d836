import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

/** A folder that is not there yet, in a temporary one. */
export const newFolder = async (): Promise<string> => {
  const parent = await mkdtemp(join(tmpdir(), 'kms-e2e-'));
  made.push(parent);
  return join(parent, 'data');
};

/** For `afterAll`. */
export const removeFolders = async (): Promise<void> => {
  for (const folder of made.splice(0)) await rm(folder, { recursive: true, force: true });
};
