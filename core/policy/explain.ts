import { lookupIn } from './context.ts';
import { delegationClause, type Explanation, missingAllow, numberIn } from './missing-allow.ts';
import { type Asked, conditionText } from './near-misses.ts';
import type { AccessRequest, Allowed, Decision, Denied, Policies } from './request.ts';
import { callerName, firstOf, place, plain, title } from './wording.ts';

type Reasons = readonly [reason: string, ...details: string[]];

/**
 * A decision in sentences, for the owner and for learners: never for the caller of a service, whom it would tell what
 * policies say. The first, `allowed: …` or `refused: …`, is the reason; it holds no value of the request but who asks
 * for what, so it may stand in a log. The others say what is wanted where, and what the request has.
 *
 * @param policies those that were decided by, grants included
 */
export const explain = (request: AccessRequest, policies: Policies, decision: Decision): Reasons => {
  if (decision.allowed) return [`allowed: ${allowedClause(request, policies, decision)}.`];
  const { resource } = request;
  const lookup = lookupIn(request, resource.kind === 'alias');
  const asked = { request, resource: resource.kind === 'none' ? '*' : resource.arn, lookup };
  const { reason, details } = (decision.explicit ? explicitDeny : missingAllow)(asked, policies, decision);
  return [`refused: ${reason}.`, ...details];
};

/** On the path of every call: it names what allowed, and looks at nothing else. */
const allowedClause = (request: AccessRequest, policies: Policies, decision: Allowed): string => {
  const { by, statement, policy, delegation, grant, foreign } = decision;
  const { principal, action } = request;
  const caller = callerName(principal);
  const handing = delegation ? `, and ${delegationClause(delegation, principal, foreign)}` : '';
  switch (by) {
    case 'key':
      return `${statement ? place(statement, caller) : 'the key policy'} allows ${action} to ${caller}`;
    case 'identity':
      return `${statement ? place(statement, caller, numberIn(policies, policy)) : 'an identity policy'} allows ${action}${handing}`;
    case 'root':
      return `the caller is ${caller}, ${delegation ? `and ${place(delegation, '')} names that account` : 'whom no identity policy limits'}`;
    case 'grant':
      return `grant ${grant} gives ${caller} ${action}`;
  }
};

const explicitDeny = ({ request, lookup }: Asked, policies: Policies, denied: Denied): Explanation => {
  const { by, statement: ref, policy: index } = denied;
  const caller = callerName(request.principal);
  const where = ref ? place(ref, caller, numberIn(policies, index)) : title(by, caller);
  const policy = by === 'identity' ? policies.identity[index ?? 0] : policies[by];
  const { conditions = [] } = policy?.statements[ref?.index ?? 0] ?? {};
  const details = ref?.malformed
    ? [`It is malformed (${plain(ref.malformed)}), so it denies all that it may have meant.`]
    : firstOf(conditions.map((condition) => `Its condition holds: ${conditionText(condition, lookup)}.`));
  const reason = `${where} denies ${request.action} to ${caller}, and a deny beats every allow and every grant`;
  return { reason, details };
};
