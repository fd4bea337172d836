import { counted } from '../local/counted.ts';
import { defaultRegion } from '../local/default-region.ts';
import { firstAccount } from '../local/principals/new-file.ts';
import { exposureNotes, readSeed } from '../local/seed/read.ts';
import { SeedError } from '../local/seed/seed-error.ts';
import { command } from './command.ts';

export const seed = command({
  summary: 'judge a seed file',
  about: 'Says what is wrong with a seed file (docs/seed.md), each fault with its line, without starting anything.',
  arguments: [
    { name: 'ACTION', choices: ['check'], about: 'check' },
    { name: 'FILE', about: 'the seed file, YAML or JSON' },
  ],
  options: {},
  json: '{"keys":N,"aliases":N}, or {"faults":[…]}',
  examples: [['kms seed check seed.yaml', 'ok: 1 key, 1 alias']],
  exits: { 0: 'it can be used', 1: 'it is faulty' },
  async run({ values, args: [, file = ''], note }) {
    try {
      const { keys, exposed } = readSeed(file, { account: firstAccount, region: defaultRegion });
      for (const each of exposureNotes(exposed)) note(`note: ${each}`);
      const aliases = keys.reduce((count, key) => count + key.aliases.length, 0);
      const words = `ok: ${counted(keys.length, 'key', 'keys')}, ${counted(aliases, 'alias', 'aliases')}`;
      process.stdout.write(`${values.json ? JSON.stringify({ keys: keys.length, aliases }) : words}\n`);
      return 0;
    } catch (error) {
      if (!(error instanceof SeedError)) throw error;
      if (values.json) process.stdout.write(`${JSON.stringify({ faults: error.message.split('\n') })}\n`);
      else process.stderr.write(`${error.message}\n`);
      return 1;
    }
  },
});
