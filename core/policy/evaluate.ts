import { lookupIn } from './context.ts';
import { type CandidateGrant, type Grantee, given, mayRetire, type RetirableGrant } from './grants.ts';
import type { CompiledPolicy } from './policy.ts';
import { type Relation, relations } from './principals.ts';
import type { AccessRequest, Allowed, Decision, Denied, Policies } from './request.ts';
import type { Statement, StatementRef } from './statement.ts';
import type { Lookup } from './template.ts';

/** A request with what its evaluation needs at hand. */
interface Facts {
  readonly request: AccessRequest;
  /** An ARN, or `*` where there is none: only a statement for all resources covers that. */
  readonly resource: string;
  readonly lookup: Lookup;
  readonly foreign: boolean;
}

/**
 * Decides a request, with the reason. A pure function of what it is given.
 *
 * An explicit deny anywhere wins, also over grants. Then a key needs its policy (naming the caller, or its account, which
 * lets identity policies decide) or a grant; a key of another account needs the caller's identity policies too, unless a
 * grant was made in the caller's account. An alias, and an action that is not bound to a key, is for identity policies alone.
 * The retirement of a grant is for that grant to allow, and the key policy has no say in it.
 * Whether an operation works across accounts at all is not asked here.
 * Source: KMS Developer Guide, "Troubleshooting AWS KMS permissions"; IAM User Guide, "Policy evaluation logic".
 */
export const evaluate = (request: AccessRequest, policies: Policies): Decision => {
  const facts = factsOf(request);
  const denied = denialOf(facts, policies);
  if (denied !== undefined) return denied;
  if (policies.endpoint && allowing(policies.endpoint, facts) === undefined) return missing('endpoint', facts);
  if (request.retires) return judgeRetirement(request.retires, facts, policies);
  return request.resource.kind === 'key' ? judgeKey(facts, policies) : judgeByIdentity(facts, policies, undefined);
};

/**
 * Whether a key policy by itself lets the caller, or the identity policies of its account, do something: the question of
 * the lockout check.
 */
export const keyPolicyAdmits = (request: AccessRequest, key: CompiledPolicy<'key'>): boolean => {
  const facts = factsOf(request);
  return denialOf(facts, { key, identity: [] }) === undefined && admissionOf(facts, key).relation !== relations.none;
};

const factsOf = (request: AccessRequest): Facts => {
  const { resource, principal } = request;
  return {
    request,
    resource: resource.kind === 'none' ? '*' : resource.arn,
    lookup: lookupIn(request, resource.kind === 'alias'),
    foreign: resource.kind === 'key' && principal.type !== 'AWSService' && resource.accountId !== principal.accountId,
  };
};

const denialOf = (facts: Facts, { endpoint, key, identity, boundary, session }: Policies): Denied | undefined => {
  let denial = denying(endpoint, facts);
  if (denial === undefined && isUnderKeyPolicy(facts.request)) denial = denying(key, facts);
  for (let i = 0; denial === undefined && i < identity.length; i += 1) denial = denying(identity[i], facts, i);
  return denial ?? denying(boundary, facts) ?? denying(session, facts);
};

const isUnderKeyPolicy = ({ resource, retires }: AccessRequest): boolean =>
  resource.kind === 'key' && retires === undefined;

const denying = (policy: CompiledPolicy | undefined, facts: Facts, index?: number): Denied | undefined => {
  if (policy === undefined) return undefined;
  for (const statement of policy.relevantTo(facts.request.action).denies) {
    if (statement.relationTo(facts.request.principal) === relations.none || !applies(statement, facts)) continue;
    return denial(policy.kind, true, facts, statement.ref, index);
  }
  return undefined;
};

/** Whether resource and conditions of a statement fit. */
const applies = (statement: Statement, { resource, lookup }: Facts): boolean => {
  if (!statement.coversResource(resource, lookup)) return false;
  for (const condition of statement.conditions) if (!condition.holds(lookup)) return false;
  return true;
};

/** The statement by which a policy allows, whatever its relation to the caller. */
const allowing = (policy: CompiledPolicy, facts: Facts): StatementRef | undefined => {
  for (const statement of policy.relevantTo(facts.request.action).allows) {
    if (statement.relationTo(facts.request.principal) !== relations.none && applies(statement, facts)) {
      return statement.ref;
    }
  }
  return undefined;
};

const judgeKey = (facts: Facts, policies: Policies): Decision => {
  const decision = judgeByKeyPolicy(facts, policies);
  return decision.allowed ? decision : (judgeByGrants(facts, policies) ?? decision);
};

const judgeByKeyPolicy = (facts: Facts, policies: Policies): Decision => {
  const { relation, statement } = admissionOf(facts, policies.key);
  if (relation === relations.none) return missing('key', facts);
  if (facts.foreign || relation === relations.account) return judgeByIdentity(facts, policies, statement);
  const limit = relation === relations.issuer ? missingLimit(policies, facts) : undefined;
  return limit === undefined ? allowance('key', facts, statement) : missing(limit, facts, statement);
};

/** The grant that suffices; else what the first lacks that is for the caller. */
const judgeByGrants = (facts: Facts, policies: Policies): Decision | undefined => {
  let refused: Denied | undefined;
  for (const grant of policies.grants ?? []) {
    const grantee = given(grant, facts.request, facts.lookup);
    if (grantee === undefined) continue;
    const decision = judgeGrantee(grant, grantee, facts, policies);
    if (decision.allowed) return decision;
    if (grantee !== 'account') refused ??= decision; // to the account: it is the policies that do not suffice
  }
  return refused;
};

/**
 * What else has to allow what a grant gives: the limits of a session whose role it names, and identity policies, where it
 * names an account, or was made in another than the caller's, for a key of another: then the caller's has not agreed yet.
 * As AWS decides; its guide tells of none of this.
 */
const judgeGrantee = (
  { GrantId: grant, AccountId }: Pick<CandidateGrant, 'GrantId' | 'AccountId'>,
  grantee: Grantee,
  facts: Facts,
  policies: Policies,
): Decision => {
  const limit = grantee === 'issuer' ? missingLimit(policies, facts) : undefined;
  if (limit !== undefined) return { ...missing(limit, facts), grant };
  if (grantee === 'account' || (facts.foreign && AccountId !== facts.request.principal.accountId)) {
    const decision = judgeByIdentity(facts, policies, undefined);
    if (!decision.allowed) return { ...decision, grant };
  }
  return { allowed: true, by: 'grant', grant, foreign: facts.foreign };
};

/** Those whom the grant names, as with what it gives; and those of the account that it belongs to, whom policies let. */
const judgeRetirement = (grant: RetirableGrant, facts: Facts, policies: Policies): Decision => {
  const retirer = mayRetire(grant, facts.request.principal);
  if (retirer === undefined) return missing('identity', facts);
  return retirer === 'account'
    ? judgeByIdentity(facts, policies, undefined)
    : judgeGrantee(grant, retirer, facts, policies);
};

/** How a key policy lets the caller in: the strongest of the ways. */
const admissionOf = (
  facts: Facts,
  key: CompiledPolicy | undefined,
): { relation: Relation; statement?: StatementRef } => {
  let relation: Relation = relations.none;
  let statement: StatementRef | undefined;
  for (const each of key?.relevantTo(facts.request.action).allows ?? []) {
    const its = each.relationTo(facts.request.principal);
    if (its <= relation || !applies(each, facts)) continue;
    relation = its;
    statement = each.ref;
    if (relation === relations.self) break;
  }
  return statement === undefined ? { relation } : { relation, statement };
};

/** Boundary and session policy give nothing: they limit what comes from elsewhere. */
const missingLimit = ({ boundary, session }: Policies, facts: Facts): 'boundary' | 'session' | undefined => {
  if (boundary && allowing(boundary, facts) === undefined) return 'boundary';
  return session && allowing(session, facts) === undefined ? 'session' : undefined;
};

/** @param delegation the key policy's statement that lets identity policies decide */
const judgeByIdentity = (facts: Facts, policies: Policies, delegation: StatementRef | undefined): Decision => {
  if (facts.request.principal.type === 'Root') return allowance('root', facts, undefined, undefined, delegation);
  for (let i = 0; i < policies.identity.length; i += 1) {
    const policy = policies.identity[i];
    const statement = policy && allowing(policy, facts);
    if (statement === undefined) continue;
    const limit = missingLimit(policies, facts);
    if (limit !== undefined) return missing(limit, facts, delegation);
    return allowance('identity', facts, statement, i, delegation);
  }
  return missing('identity', facts, delegation);
};

const allowance = (
  by: Allowed['by'],
  { foreign }: Facts,
  statement: StatementRef | undefined,
  policy?: number,
  delegation?: StatementRef,
): Allowed => ({ allowed: true, by, statement, policy, delegation, foreign });

const missing = (by: Denied['by'], facts: Facts, delegation?: StatementRef): Denied =>
  denial(by, false, facts, undefined, undefined, delegation);

const denial = (
  by: Denied['by'],
  explicit: boolean,
  { foreign }: Facts,
  statement: StatementRef | undefined,
  policy: number | undefined,
  delegation?: StatementRef,
): Denied => ({ allowed: false, by, explicit, statement, policy, delegation, foreign });
