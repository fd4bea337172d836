import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { digestKeyFile } from '../../local/audit/digest-key.ts';
import type { Verified } from '../../local/audit/verify-chain.ts';
import { verifyFolder } from '../../local/audit/verify-folder.ts';
import { Failure } from '../../local/failure.ts';
import { dataDirFrom } from '../../local/options.ts';
import { command, dataOption } from '../command.ts';
import { styled } from '../look.ts';
import { instantFrom } from './instant.ts';

export const verify = command({
  summary: 'tell whether the log was changed',
  about: 'Walks the digests of the audit log, and names what is missing, changed, added or reordered.',
  options: {
    from: { value: 'TIME', about: 'tell only damage since then: 2026-11-21 or 2026-11-21T10:00:00Z' },
    to: { value: 'TIME', about: 'and only until then' },
    ...dataOption,
    'public-key': { value: 'FILE', about: 'trust this key alone, not the one in the data folder', many: true },
  },
  json: 'a line for each chain: place, digests, logFiles, notYet, before, damages',
  examples: [['kms audit verify', 'all as it was, or what is not']],
  exits: {
    0: 'every digest is signed and joined to the one before, and every log file is as it was',
    1: 'not so',
  },
  async run({ values }) {
    const dataDir = dataDirFrom(values.data, process.env);
    const folder = join(dataDir, 'audit');
    const ownKey = join(dataDir, digestKeyFile);
    const hasOwn = await access(ownKey).then(() => true, () => false); // biome-ignore format: two outcomes of one question
    const keyFiles = values['public-key'] ?? (hasOwn ? [ownKey] : []);
    const span = { from: instantFrom('--from', values.from), to: instantFrom('--to', values.to) };
    if (keyFiles.length === 0) {
      const why = `${ownKey} is not there: the service makes it with the first digest, on the hour or when it stops`;
      throw new Failure({ what: 'nothing to verify yet', why, hint: 'wait for it, or give a --public-key' });
    }
    const results = await verifyFolder({ folder, keyFiles, ...span });
    for (const [place, verified] of results) {
      process.stdout.write(values.json ? `${JSON.stringify({ place, ...verified })}\n` : inWords(place, verified));
    }
    if (results.size === 0 && !values.json) process.stdout.write(`there is no audit log in ${folder}\n`);
    const isWhole = results.size > 0 && [...results.values()].every(({ damages }) => damages.length === 0);
    return isWhole ? 0 : 1;
  },
});

const inWords = (place: string, { damages, digests, logFiles, notYet, before }: Verified): string => {
  const rest = [
    ...(notYet > 0 ? [`${notYet} not yet in one`] : []),
    ...(before > 0 ? [`${before} from before the first`] : []),
  ];
  const counts = [`${digests} digests`, `${logFiles} log files in them`, ...rest].join(', ');
  const verdict = damages.length === 0 ? styled('green', 'all as it was') : styled('red', `${damages.length} damaged`);
  const lines = damages.map(({ kind, object, detail }) => `${kind} ${object}: ${detail}\n`);
  return `${lines.join('')}${place}: ${counts}; ${verdict}\n`;
};
