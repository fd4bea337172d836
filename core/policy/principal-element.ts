import { type Names, readNames, relationOf, relations, spares } from './principals.ts';
import { isNaming, type Members, type PolicyKind, type Report } from './reading.ts';
import type { Statement } from './statement.ts';

export type PrincipalsRead = Pick<Statement, 'relationTo' | 'principals' | 'named'>;

/** Also how an element reads that cannot be read. */
export const everyone: PrincipalsRead = { principals: [], named: [], relationTo: () => relations.self };

export const compilePrincipals = (
  members: Members,
  kind: PolicyKind,
  allow: boolean,
  report: Report,
): PrincipalsRead => {
  const named = Object.hasOwn(members, 'Principal');
  const excluded = Object.hasOwn(members, 'NotPrincipal');
  if (!isNaming(kind)) {
    if (named || excluded) report(named ? '.Principal' : '.NotPrincipal', 'belongs to key policies only');
    return everyone;
  }
  if (named === excluded) {
    report('', named ? 'cannot have both Principal and NotPrincipal' : 'needs Principal', 'principal');
    return everyone;
  }
  if (excluded && allow) report('.NotPrincipal', 'works with Deny only', 'principal');
  let malformed = false;
  const names: Names = readNames(named ? members.Principal : members.NotPrincipal, (principal, code) => {
    malformed = true;
    report(
      named ? '.Principal' : '.NotPrincipal',
      `has ${principal}, which is not a principal that a policy can name`,
      code,
    );
  });
  if (malformed) return everyone;
  const principals = names.given;
  const read = { principals, named: [...principals, ...names.services, ...names.federated] };
  if (!excluded) return { ...read, relationTo: (caller) => relationOf(names, caller) };
  return { ...read, relationTo: (caller) => (spares(names, caller) ? relations.none : relations.self) };
};
