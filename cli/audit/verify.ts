import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { digestKeyFile } from '../../local/audit/digest-key.ts';
import { verifyFolder } from '../../local/audit/verify-folder.ts';
import { dataDirFrom, UsageError } from '../../local/options.ts';
import { instantFrom } from './instant.ts';

const usage = `usage: npm run -s audit -- verify [options]

  --from TIME        tell only damage since then: 2026-11-21 or 2026-11-21T10:00:00Z
  --to TIME          and only until then
  --data DIR         the data folder of the service   KMS_DATA   .kms
  --public-key FILE  trust this key alone, not the one in the data folder; may be given several times

Exit 0: every digest is signed and joined to the one before, and every log file is as it was. Exit 1: not so.
`;

/** Verifies the chains of digests in a data folder. */
export const run = async (args: readonly string[]): Promise<number> => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      data: { type: 'string' },
      'public-key': { type: 'string', multiple: true },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const dataDir = dataDirFrom(values.data, process.env);
  const folder = join(dataDir, 'audit');
  const ownKey = join(dataDir, digestKeyFile);
  const hasOwn = await access(ownKey).then(() => true, () => false); // biome-ignore format: two outcomes of one question
  const keyFiles = values['public-key'] ?? (hasOwn ? [ownKey] : []);
  const span = { from: instantFrom('--from', values.from), to: instantFrom('--to', values.to) };
  if (keyFiles.length === 0) {
    throw new UsageError(`no key to verify with: ${ownKey} is not there yet, and no --public-key is given`);
  }
  const results = await verifyFolder({ folder, keyFiles, ...span });
  let damages = 0;
  for (const [place, verified] of results) {
    for (const { kind, object, detail } of verified.damages) process.stdout.write(`${kind} ${object}: ${detail}\n`);
    const { digests, logFiles, notYet, before } = verified;
    const rest = [
      ...(notYet > 0 ? [`${notYet} not yet in one`] : []),
      ...(before > 0 ? [`${before} from before the first`] : []),
    ];
    const counts = [`${digests} digests`, `${logFiles} log files in them`, ...rest].join(', ');
    process.stdout.write(`${place}: ${counts}; ${found(verified.damages.length)}\n`);
    damages += verified.damages.length;
  }
  if (results.size === 0) process.stdout.write(`there is no audit log in ${folder}\n`);
  return damages > 0 || results.size === 0 ? 1 : 0;
};

const found = (count: number): string => (count === 0 ? 'all as it was' : `${count} damaged`);
