import { grantOperations } from '../model/grant.ts';
import { grantMisses } from './grant-misses.ts';
import { allowedToOthers, unlisted } from './key-policy-says.ts';
import { type Asked, type NearMiss, nearMissesIn } from './near-misses.ts';
import type { Principal } from './principals.ts';
import type { PolicyKind } from './reading.ts';
import type { Denied, Policies } from './request.ts';
import type { StatementRef } from './statement.ts';
import { callerName, capital, firstOf, place, title } from './wording.ts';

export interface Explanation {
  /** A clause without values of the request. */
  readonly reason: string;
  readonly details: readonly string[];
}

/** Why nothing allows: what comes closest first. */
export const missingAllow = (asked: Asked, policies: Policies, denied: Denied): Explanation => {
  const { by } = denied;
  if (by !== 'identity' && by !== 'key') return outsideLimit(asked, policies, by, denied);
  if (asked.request.retires) return notRetirable(asked, policies, denied);
  if (asked.request.resource.kind !== 'key') return missingBesideKeys(asked, policies);
  return by === 'identity' ? missingInIdentity(asked, policies, denied) : missingInKeyPolicy(asked, policies, denied);
};

type Limit = Exclude<PolicyKind, 'key' | 'identity'>;

const limits: Readonly<Record<Limit, string>> = {
  boundary: 'a boundary gives nothing, but nobody can be given what it does not allow',
  session: 'a session policy gives nothing, but the session cannot be given what it does not allow',
  endpoint: 'through the endpoint nothing is possible but what its policy allows',
};

const outsideLimit = (asked: Asked, policies: Policies, by: Limit, { grant }: Denied): Explanation => {
  const { principal, action } = asked.request;
  const misses = nearMissesIn(policies[by], asked);
  const closest = misses[0]?.clause ?? `${title(by, callerName(principal))} does not allow ${action}`;
  const given = grant === undefined ? [] : [`Grant ${grant} gives ${action}, and not beyond that limit.`];
  return { reason: `${closest}; ${limits[by]}`, details: [...detailsOf(misses), ...given] };
};

const detailsOf = (misses: readonly NearMiss[]): readonly string[] => firstOf(misses.map(({ detail }) => detail));

const missesInIdentity = (asked: Asked, policies: Policies): readonly NearMiss[] =>
  policies.identity.flatMap((policy, i) => nearMissesIn(policy, asked, numberIn(policies, i)));

/** Which of several identity policies; a single one needs no number. */
export const numberIn = ({ identity }: Policies, policy: number | undefined): number | undefined =>
  identity.length > 1 ? policy : undefined;

const missingBesideKeys = (asked: Asked, policies: Policies): Explanation => {
  const { principal, action, resource } = asked.request;
  const misses = missesInIdentity(asked, policies);
  const where =
    resource.kind === 'alias'
      ? `on ${resource.arn}; aliases are judged by identity policies alone`
      : 'on all resources ("*"), as the action is not bound to a key';
  const none = `${callerName(principal)} has no identity policy that allows ${action} ${where}`;
  return { reason: misses[0]?.clause ?? none, details: detailsOf(misses) };
};

/** The grant does not let the caller retire it, or not alone, and no account that may has it do so. */
const notRetirable = (asked: Asked, policies: Policies, { grant }: Denied): Explanation => {
  const { principal, action, retires } = asked.request;
  const misses = missesInIdentity(asked, policies);
  const none = `no identity policy of an account that may retire it allows ${action}`;
  const caller = callerName(principal);
  const names = grant
    ? `grant ${grant} may be retired by ${caller}, but was made in account ${retires?.AccountId}`
    : `grant ${retires?.GrantId} names ${caller} neither as who may retire it nor as a grantee with RetireGrant`;
  return { reason: `${names}, and ${misses[0]?.clause ?? none}`, details: detailsOf(misses) };
};

/** The key policy lets the caller in as far as identity policies allow it, and none does. */
const missingInIdentity = (asked: Asked, policies: Policies, { delegation, foreign }: Denied): Explanation => {
  const { principal, action, resource } = asked.request;
  const ofIdentity = missesInIdentity(asked, policies);
  const none = `${callerName(principal)} has no identity policy that allows ${action}`;
  const closest = ofIdentity[0]?.clause ?? none;
  if (foreign && resource.kind === 'key') {
    const both = `the key is of account ${resource.accountId}, so both accounts must allow it, and ${closest}`;
    return withGrants(asked, policies, both, [...detailsOf(ofIdentity), ...letIn(delegation, principal, foreign)]);
  }
  const ofKey = nearMissesIn(policies.key, asked);
  const others = allowedToOthers(policies.key, asked);
  const inKeyPolicy = ofKey[0]?.clause ?? (others && `the key policy's ${others}`);
  const clauses = ofKey[0] && ofIdentity.length === 0 ? [inKeyPolicy, closest] : [closest, inKeyPolicy];
  return withGrants(asked, policies, clauses.filter((clause) => clause !== '').join(', and '), [
    ...detailsOf([...ofIdentity, ...ofKey]),
    ...unlisted(policies.key, asked),
    ...letIn(delegation, principal, foreign),
  ]);
};

/** The key policy lets neither the caller in nor its account. */
const missingInKeyPolicy = (asked: Asked, policies: Policies, { foreign }: Denied): Explanation => {
  const { principal, action, resource } = asked.request;
  const caller = callerName(principal);
  const misses = nearMissesIn(policies.key, asked);
  const others = allowedToOthers(policies.key, asked);
  const owner = foreign && resource.kind === 'key' ? ` of account ${resource.accountId}` : '';
  const account =
    principal.type === 'IAMUser' || principal.type === 'AssumedRole' || principal.type === 'FederatedUser';
  const nobody = account
    ? `allows ${action} neither to ${caller} nor to account ${principal.accountId}`
    : `does not allow ${action} to ${caller}`;
  const none = `the key policy${owner} ${nobody}${others && `: its ${others}`}`;
  return withGrants(asked, policies, misses[0]?.clause ?? none, [
    ...detailsOf(misses),
    ...unlisted(policies.key, asked),
    ...(account
      ? [`Identity policies alone do not suffice: the key policy would have to name account ${principal.accountId}.`]
      : []),
  ]);
};

const withGrants = (asked: Asked, { grants }: Policies, reason: string, details: readonly string[]): Explanation => {
  const misses = grantMisses(grants ?? [], asked);
  const { action, principal } = asked.request;
  const grantable = grantOperations.some((operation) => action === `kms:${operation}`);
  const none = grants?.length === 0 && grantable ? [`No grant on the key is for ${callerName(principal)}.`] : [];
  const closest = misses[0] ? `${reason}; ${misses[0].clause}` : reason;
  return { reason: closest, details: [...details, ...detailsOf(misses), ...none] };
};

const letIn = (delegation: StatementRef | undefined, principal: Principal, foreign: boolean): readonly string[] =>
  delegation ? [`${capital(delegationClause(delegation, principal, foreign))}.`] : [];

/** What the key policy's statement does that leaves the rest to other policies. */
export const delegationClause = (ref: StatementRef, principal: Principal, foreign: boolean): string =>
  foreign
    ? `${place(ref, '')} lets ${callerName(principal)} in, as far as account ${principal.accountId} allows it`
    : `${place(ref, '')} lets the identity policies of account ${principal.accountId} decide`;
