import type { Condition } from './condition.ts';
import { lookupIn } from './context.ts';
import type { CompiledPolicy } from './policy.ts';
import { relations } from './principals.ts';
import type { PolicyKind } from './reading.ts';
import type { AccessRequest, Allowed, Decision, Denied, Policies } from './request.ts';
import type { Statement, StatementRef } from './statement.ts';
import type { ContextValue } from './template.ts';

/**
 * A decision in sentences, for the log and for learners: never for the caller of a service, whom it would tell what
 * policies say. The first sentence is the reason; the others name statements that come close.
 */
export const explain = (request: AccessRequest, policies: Policies, decision: Decision): readonly string[] => {
  if (decision.allowed) return [allowedSentence(request, decision)];
  if (decision.explicit) return [explicitSentence(request, decision)];
  return [missingSentence(request, decision), ...nearMisses(request, policies, decision.by)];
};

const allowedSentence = ({ principal, action }: AccessRequest, decision: Allowed): string => {
  const { by, statement, policy, delegation, grant, foreign } = decision;
  const handing =
    delegation && `; ${place(delegation)} lets ${foreign ? 'it in' : "the account's identity policies decide"}`;
  switch (by) {
    case 'key':
      return `Allowed: ${place(statement)} allows ${action} to the caller.`;
    case 'identity':
      return `Allowed: ${place(statement, policy)} allows ${action}${handing ?? ''}.`;
    case 'root':
      return `Allowed: the caller is the root user of account ${principal.accountId}${handing ?? ''}.`;
    case 'grant':
      return `Allowed: grant ${grant} gives the caller ${action}.`;
  }
};

const explicitSentence = ({ action }: AccessRequest, { statement, policy }: Denied): string => {
  const reason = statement?.malformed;
  const fault = reason === undefined ? '' : ` It is malformed (${reason}), so it denies all that it may have meant.`;
  return `Denied: ${place(statement, policy)} denies ${action}, and a deny beats every allow and every grant.${fault}`;
};

const missingSentence = (
  { principal, action, resource, retires }: AccessRequest,
  { by, delegation, foreign }: Denied,
): string => {
  if (retires !== undefined && by === 'identity') {
    return `Denied: the grant names the caller neither as who may retire it nor as a grantee with RetireGrant, and no identity policy of an account that may have it retired allows ${action}.`;
  }
  const where =
    resource.kind === 'none' ? 'all resources ("*"), as the action is not bound to a key' : `this ${resource.kind}`;
  switch (by) {
    case 'key':
      return `Denied: the key policy allows ${action} neither to the caller nor to account ${principal.accountId}, and no grant gives it; identity policies alone do not suffice.`;
    case 'identity': {
      const why = foreign
        ? "the key is another account's, and"
        : delegation && `${place(delegation)} leaves it to identity policies, but`;
      return `Denied: ${why ? `${why} none` : 'none'} of the caller's identity policies allows ${action} on ${where}.`;
    }
    default:
      return `Denied: ${title(by)} does not allow ${action} on ${where}, and so limits what other policies give.`;
  }
};

const titles: Readonly<Record<PolicyKind, string>> = {
  key: 'the key policy',
  identity: 'identity policy',
  boundary: "the caller's permissions boundary",
  session: 'the session policy',
  endpoint: 'the VPC endpoint policy',
};

const title = (kind: PolicyKind, policy?: number): string =>
  policy === undefined ? titles[kind] : `${titles[kind]} ${policy}`;

const place = (ref: StatementRef | undefined, policy?: number): string => {
  if (ref === undefined) return 'no statement';
  if (ref.index === undefined) return title(ref.kind, policy);
  return `statement ${ref.index}${ref.sid ? ` (${JSON.stringify(ref.sid)})` : ''} of ${title(ref.kind, policy)}`;
};

/** Allows of the kind that is missing which fail by a condition only, or because they are malformed. */
const nearMisses = (request: AccessRequest, policies: Policies, by: PolicyKind): readonly string[] => {
  if (by === 'identity') return policies.identity.flatMap((policy, i) => nearMissesIn(request, policy, i));
  return nearMissesIn(request, policies[by]);
};

const nearMissesIn = (
  { principal, action, resource, context }: AccessRequest,
  policy: CompiledPolicy | undefined,
  index?: number,
): readonly string[] => {
  const lookup = lookupIn(context, resource.kind === 'alias');
  const arn = resource.kind === 'none' ? '*' : resource.arn;
  const isAbout = (statement: Statement) =>
    statement.allow &&
    statement.coversAction(action) &&
    statement.relationTo(principal) !== relations.none &&
    statement.coversResource(arn, lookup);
  return (policy?.statements ?? []).filter(isAbout).flatMap(({ ref, conditions }) => {
    if (ref.malformed !== undefined) return [`${capital(place(ref, index))} gives nothing: ${ref.malformed}.`];
    const failing = conditions.find((condition) => !condition.holds(lookup));
    return failing
      ? [`${capital(place(ref, index))} would, but ${failure(failing, lookup(failing.key.toLowerCase()))}.`]
      : [];
  });
};

const failure = ({ operator, key }: Condition, value: ContextValue | undefined): string =>
  `its condition ${operator} on ${key} does not hold, and ${value === undefined ? 'the request does not carry that key' : `the request says ${JSON.stringify(value)}`}`;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
