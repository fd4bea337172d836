import type { AliasRecord } from './key-record.ts';
import { predefinedAliases } from './managed-keys.ts';
import { pageOf } from './page-of.ts';

/** An alias as it is listed; one that AWS predefined has no key before its first use. */
export type ListedAlias = Pick<AliasRecord, 'AliasName'> & Partial<AliasRecord>;

/**
 * Adds the predefined aliases that have no key yet to a page of an account's aliases, where their names belong.
 *
 * @param present those of the page, in the order of their names
 * @param end     the position after which more are stored, if there are more
 */
export const withPredefined = (
  present: readonly AliasRecord[],
  end: string | undefined,
  { limit, after = '' }: { readonly limit: number; readonly after?: string | undefined },
): { readonly items: readonly ListedAlias[]; readonly next?: string | undefined } => {
  const names = new Set(present.map(({ AliasName }) => AliasName));
  const missing = predefinedAliases.filter(
    (name) => name > after && (end === undefined || name <= end) && !names.has(name),
  );
  const listed: ListedAlias[] = [...present, ...missing.map((AliasName) => ({ AliasName }))];
  listed.sort((a, b) => (a.AliasName < b.AliasName ? -1 : 1));
  const { items, next } = pageOf(listed, ({ AliasName }) => AliasName, { limit });
  return { items, next: next ?? end };
};
