import { wipe } from '../core/crypto/bytes.ts';
import type { LogEntry } from '../lambdas/pipeline/ports.ts';
import { counted } from './counted.ts';
import { applySeed } from './seed/apply.ts';
import type { SeededRegion } from './seed/plan.ts';
import { exposureNotes, readSeed } from './seed/read.ts';
import { SeedError } from './seed/seed-error.ts';
import type { SeedDefaults } from './seed/seed-key.ts';

export interface SeedSurroundings extends SeedDefaults {
  /** Those of principals.json. */
  readonly accounts: readonly string[];
  regionOf(name: string): SeededRegion;
  log(entry: LogEntry): void;
}

const wayOn = 'hint: change the seed to what is stored, or start with another data folder (--data DIR)';

/**
 * Makes what a seed file names and is not there. A start with the same seed changes nothing.
 * @throws {SeedError} when the file is broken, or is not what is stored; then nothing was written
 */
export const seedFrom = async (file: string, { regionOf, log, accounts, ...defaults }: SeedSurroundings) => {
  const { keys, exposed } = readSeed(file, defaults);
  for (const message of exposureNotes(exposed)) log({ level: 'warn', message });
  try {
    for (const account of new Set(keys.map(({ AccountId }) => AccountId))) {
      if (accounts.includes(account)) continue;
      log({ level: 'warn', message: `${file}: nobody in the principals file is of account ${account}` });
    }
    const { newKeys, newAliases } = await applySeed(keys, regionOf);
    const made = `${counted(newKeys, 'key', 'keys')} and ${counted(newAliases, 'alias', 'aliases')}`;
    log({ level: 'info', message: `${file}: ${counted(keys.length, 'key', 'keys')}; made ${made}` });
  } catch (error) {
    if (!(error instanceof SeedError)) throw error;
    const lines = error.message.split('\n').map((line) => `\n  ${line}`);
    throw new SeedError(`${file} is not what is stored:${lines.join('')}\n${wayOn}`);
  } finally {
    for (const { material } of keys) if (material) wipe(material);
  }
};
