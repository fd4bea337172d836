import { readFile, realpath, stat } from 'node:fs/promises';
import { Failure } from '../../local/failure.ts';
import { writeFileAtomically } from '../../local/files.ts';
import { parsePrincipals } from '../../local/principals/parse.ts';
import { PrincipalsError } from '../../local/principals/principals-error.ts';
import { dataOption } from '../command.ts';
import { type Place, principalsFileOf, principalsOf } from '../principals-of.ts';
import { lookNow } from './look-now.ts';

export const principalsOption = {
  ...dataOption,
  principals: {
    value: 'FILE',
    about: 'the file, where it is not in the data folder',
    variable: 'KMS_PRINCIPALS',
    byDefault: 'principals.json there',
  },
} as const;

/** The document of a principals file, as far as commands change it; what is left out is as good as empty. */
export interface Document {
  accounts: Account[];
}
export interface Account {
  id: string;
  users?: Identity[];
  roles?: Identity[];
  root?: object;
}
export interface Identity {
  name: string;
  path?: string;
  accessKeyId?: string;
  secretAccessKey?: string;
  tags?: object;
  policies?: object[];
}

/**
 * Changes the file: `change` alters the document, which is judged as the service would, and written whole.
 *
 * @param what what cannot be done, for the message
 * @returns whether a running service has it in force already; else it will, within a second of when it can
 * @throws {Failure} when the file would be broken, or was changed by somebody else meanwhile; it is as it was then
 */
export const changePrincipals = async (
  place: Place,
  what: string,
  change: (document: Document) => void,
): Promise<boolean> => {
  await principalsOf(place); // it is there, and can be read
  const file = await realpath(principalsFileOf(place));
  const text = await readFile(file, 'utf8');
  const document = JSON.parse(text.replace(/^\uFEFF/, '')) as Document; // as was judged just now
  change(document);
  const changed = `${JSON.stringify(document, undefined, 2)}\n`;
  try {
    parsePrincipals(changed);
  } catch (cause) {
    if (!(cause instanceof PrincipalsError)) throw cause;
    throw new Failure({ what, why: cause.message, hint: 'nothing was changed; mend that, and try again' }, { cause });
  }
  if ((await readFile(file, 'utf8')) !== text) {
    throw new Failure({ what, why: `${file} was changed by somebody else meanwhile`, hint: 'try again' });
  }
  await writeFileAtomically(file, changed, (await stat(file)).mode & 0o777);
  return lookNow(place);
};

/** @throws {Failure} when there is none */
export const accountOf = (document: Document, id: string | undefined): Account => {
  const found = id === undefined ? document.accounts[0] : document.accounts.find((one) => one.id === id);
  if (found !== undefined) return found;
  throw new Failure({
    what: `there is no account ${id ?? ''}`.trim(),
    why: `the file has ${document.accounts.map((one) => one.id).join(', ') || 'none'}`,
    hint: `make it first: kms principals add account ${id ?? '111122223333'}`,
  });
};
