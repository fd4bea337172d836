import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exportLines, profileName } from '../local/credentials-lines.ts';
import { defaultRegion } from '../local/default-region.ts';
import { dataDirFrom } from '../local/options.ts';
import { parsePrincipals } from '../local/principals/parse.ts';

const usage = `usage: eval "$(npm run -s env -- [--profile NAME] [--data DIR])"

  --profile NAME  a user of principals.json, root, or ROLE/SESSION; with an account before it, ACCOUNT/NAME   admin
  --data DIR      the data folder of the service                                                KMS_DATA     .kms
`;

/** Prints export lines for a shell. */
export const run = async (args: readonly string[]): Promise<number> => {
  const options = {
    profile: { type: 'string' },
    data: { type: 'string' },
    principals: { type: 'string' },
    help: { type: 'boolean' },
  } as const;
  const { values } = parseArgs({ args: [...args], options });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const dataDir = dataDirFrom(values.data, process.env);
  const file = values.principals ?? process.env.KMS_PRINCIPALS ?? join(dataDir, 'principals.json');
  const { principals } = parsePrincipals(await read(file));
  const wanted = values.profile ?? 'admin';
  const principal = principals.find((one) =>
    [profileName(one), `${one.accountId}/${profileName(one)}`].includes(wanted),
  );
  if (principal === undefined) {
    throw new Error(`there is no profile "${wanted}" in ${file}; there are ${principals.map(profileName).join(', ')}`);
  }
  const endpoint = (await read(join(dataDir, 'endpoint'))).trim();
  process.stdout.write(`${exportLines(endpoint, defaultRegion, principal).join('\n')}\n`);
  return 0;
};

const read = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new Error(`cannot read ${file}; start the service first: npm start`, { cause });
  }
};
