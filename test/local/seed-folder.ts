import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { readSeed } from '../../local/seed/read.ts';

const made: string[] = [];

/** Removes the folders when the file is done. Called by the file itself, since files share the modules that they import. */
export const removeSeedFolders = (): void => {
  afterAll(() => {
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
};

/** A folder of these files, each readable by its owner alone. @returns the path of one */
export const newSeedFolder = (files: Readonly<Record<string, string>>) => {
  const folder = mkdtempSync(join(tmpdir(), 'kms-seed-'));
  made.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
  return (name: string) => join(folder, name);
};

export const defaults = { account: '111122223333', region: 'us-east-1' };

/** What a seed of this text, or of these keys as JSON, says. */
export const seedOf = (seed: string | readonly object[], files: Readonly<Record<string, string>> = {}) => {
  const text = typeof seed === 'string' ? seed : JSON.stringify({ keys: seed });
  return readSeed(newSeedFolder({ ...files, 'seed.yaml': text })('seed.yaml'), defaults);
};
