import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { profileName } from '../local/credentials-lines.ts';
import { Failure } from '../local/failure.ts';
import { dataDirFrom } from '../local/options.ts';
import { parsePrincipals } from '../local/principals/parse.ts';
import type { Principal } from '../local/principals/principal.ts';

/** How a command finds the service: the data folder, and the principals where they are elsewhere. */
export interface Place {
  readonly data?: string | undefined;
  readonly principals?: string | undefined;
}

export const principalsFileOf = ({ data, principals }: Place): string =>
  principals ?? (process.env.KMS_PRINCIPALS || join(dataDirFrom(data, process.env), 'principals.json'));

/** The principals of a service, whether it runs or not. @throws {Failure} when it never did */
export const principalsOf = async (place: Place): Promise<readonly Principal[]> =>
  parsePrincipals(await readOf(principalsFileOf(place))).principals;

/** Where the service was reached last. @throws {Failure} when it never ran */
export const endpointOf = async ({ data }: Place): Promise<string> =>
  (await readOf(join(dataDirFrom(data, process.env), 'endpoint'))).trim();

/** By the name of a user, `root`, or `ROLE/SESSION`; with `ACCOUNT/` before it where the name alone is not enough. */
export const principalNamed = async (wanted: string, place: Place): Promise<Principal> => {
  const principals = await principalsOf(place);
  const found = principals.find((one) => [profileName(one), `${one.accountId}/${profileName(one)}`].includes(wanted));
  if (found !== undefined) return found;
  const file = principalsFileOf(place);
  throw new Failure({
    what: `there is no profile "${wanted}" in ${file}; there are ${principals.map(profileName).join(', ')}`,
    why: 'a profile is a user of that file, root, or ROLE/SESSION',
    hint: 'name one of them with --profile, or make a user: kms principals add user NAME',
  });
};

const readOf = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException; // what node:fs throws
    const why = code === 'ENOENT' ? 'there is no such file: no service was started on this data folder' : `${code}`;
    throw new Failure({ what: `cannot read ${file}`, why, hint: 'start the service first: npm start' }, { cause });
  }
};
