import { FaultyError, sentence } from '../check.ts';
import { parseJson } from '../json-fault.ts';
import { existenceIn } from './existence.ts';
import { type Principal, principalsOf } from './principal.ts';
import { PrincipalsError } from './principals-error.ts';
import { type Account, principalsDocument } from './schema.ts';
import { checkUnique } from './unique.ts';

interface PrincipalsFile {
  readonly principals: readonly Principal[];
  readonly exists: ReturnType<typeof existenceIn>;
}

/**
 * Reads the text of a principals file: every user, session and root who can sign a request, and who exists.
 *
 * @throws {PrincipalsError} saying where it is broken: line and column, or a place like `accounts[0].users[1].name`
 */
export const parsePrincipals = (text: string): PrincipalsFile => {
  const accounts = checked(parseJson(text, PrincipalsError));
  return { principals: accounts.flatMap(principalsOf), exists: existenceIn(accounts) };
};

const checked = (document: unknown): readonly Account[] => {
  try {
    const { accounts } = principalsDocument(document, []);
    checkUnique(accounts);
    return accounts;
  } catch (error) {
    const [first] = error instanceof FaultyError ? error.faults : [];
    throw first ? new PrincipalsError(sentence(first)) : error;
  }
};
