import { parseArgs } from 'node:util';
import { counted } from '../local/counted.ts';
import { defaultRegion } from '../local/default-region.ts';
import { UsageError } from '../local/options.ts';
import { firstAccount } from '../local/principals/new-file.ts';
import { exposureNotes, readSeed } from '../local/seed/read.ts';
import { SeedError } from '../local/seed/seed-error.ts';

const usage = `usage: npm run seed -- check FILE

Says what is wrong with a seed file, each fault with its line, without starting anything.
`;

/** Judges a seed file. @returns 0 when it can be used, 1 when not */
export const run = async (args: readonly string[]): Promise<number> => {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { help: { type: 'boolean' } },
    allowPositionals: true,
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const [action, file, ...surplus] = positionals;
  if (action !== 'check' || file === undefined || surplus.length > 0) throw new UsageError(`called wrongly\n${usage}`);
  try {
    const { keys, exposed } = readSeed(file, { account: firstAccount, region: defaultRegion });
    for (const note of exposureNotes(exposed)) process.stderr.write(`note: ${note}\n`);
    const aliases = keys.reduce((count, key) => count + key.aliases.length, 0);
    process.stdout.write(`ok: ${counted(keys.length, 'key', 'keys')}, ${counted(aliases, 'alias', 'aliases')}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof SeedError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
};
