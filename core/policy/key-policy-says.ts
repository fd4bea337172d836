import type { Asked } from './near-misses.ts';
import type { CompiledPolicy } from './policy.ts';
import { relations } from './principals.ts';
import { capital, listed, place, principalName, statementName } from './wording.ts';

/** ``statement 2 (`AllowUse`) allows only alice``: what a key policy gives to others; empty when it gives them nothing. */
export const allowedToOthers = (key: CompiledPolicy<'key'> | undefined, { request }: Asked): string => {
  const { action, principal, resource } = request;
  const statements = (key?.relevantTo(action).allows ?? []).filter(
    (statement) => statement.relationTo(principal) === relations.none && statement.named.length > 0,
  );
  if (statements.length === 0) return '';
  const home = resource.kind === 'key' ? resource.accountId : undefined;
  const who = listed([...new Set(statements.flatMap(({ named }) => named.map((each) => principalName(each, home))))]);
  const where = listed(statements.map(({ ref }) => statementName(ref)));
  return statements.length === 1 ? `${where} allows only ${who}` : `${where} allow only ${who}`;
};

/** Statements that are about the caller, by name, but not about the action. */
export const unlisted = (key: CompiledPolicy<'key'> | undefined, { request }: Asked): readonly string[] =>
  (key?.statements ?? []).flatMap(({ allow, ref, named, coversAction, relationTo }) => {
    const about = allow && ref.malformed === undefined && named.length > 0 && !coversAction(request.action);
    if (!about || relationTo(request.principal) < relations.issuer) return [];
    return [`${capital(place(ref, ''))} names the caller, but does not list ${request.action}.`];
  });
