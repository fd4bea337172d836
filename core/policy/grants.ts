import { arnAgrees } from './arn-operators.ts';
import { accountOfRoot, type Principal } from './principals.ts';
import type { AccessRequest } from './request.ts';
import type { Lookup } from './template.ts';

/** Source: KMS Developer Guide, "Grants in AWS KMS"; API Reference, GrantConstraints. */

type Pairs = Readonly<Record<string, string>>;

export interface GrantConstraints {
  readonly EncryptionContextEquals?: Pairs | undefined;
  readonly EncryptionContextSubset?: Pairs | undefined;
  /** An ARN, which may hold wildcards. */
  readonly SourceArn?: string | undefined;
}

export interface GrantTerms {
  readonly Operations: readonly string[];
  readonly Constraints?: GrantConstraints | undefined;
}

/** A grant as evaluation needs it. */
export interface CandidateGrant extends GrantTerms {
  readonly GrantId: string;
  readonly KeyId: string;
  readonly Name?: string | undefined;
  readonly GranteePrincipal?: string | undefined;
  readonly GranteeServicePrincipal?: string | undefined;
  /** The account in which it was made. */
  readonly AccountId: string;
  /** Known everywhere by now, or its token came with the request; else it does not count yet. */
  readonly visible: boolean;
}

/** A grant that is to be retired: it says who may. */
export interface RetirableGrant
  extends Pick<
    CandidateGrant,
    'GrantId' | 'Operations' | 'GranteePrincipal' | 'GranteeServicePrincipal' | 'AccountId'
  > {
  readonly RetiringPrincipal?: string | undefined;
  readonly RetiringServicePrincipal?: string | undefined;
  /** The account of the key. */
  readonly KeyAccountId: string;
}

/**
 * How a grant names a caller. `issuer`: as the role behind the session, so its boundary and session policy still bind.
 * `account`: the account's identity policies have to allow too (inferred from what the account means in a key policy).
 */
export type Grantee = 'caller' | 'issuer' | 'account';

/** Whether a grant gives a request what it asks for, and to whom. */
export const given = (grant: CandidateGrant, request: AccessRequest, lookup: Lookup): Grantee | undefined => {
  const { principal, action, resource } = request;
  if (!grant.visible || resource.kind !== 'key' || grant.KeyId !== resource.KeyId) return undefined;
  const grantee = granteeOf(grant, principal);
  if (grantee === undefined || !action.startsWith('kms:')) return undefined;
  const operation = action.slice('kms:'.length);
  if (!grant.Operations.includes(operation)) return undefined;
  return unmet(operation, grant, request, lookup) === undefined ? grantee : undefined;
};

/**
 * Whether a caller may retire a grant: its retiring principal, its grantee if it lists RetireGrant, and whom the account
 * in which it was made, or the key's, lets. Its constraints do not matter.
 * Source: KMS Developer Guide, "Retiring and revoking grants".
 */
export const mayRetire = (grant: RetirableGrant, principal: Principal): Grantee | undefined => {
  const ways = [
    named(principal, grant.RetiringPrincipal, grant.RetiringServicePrincipal),
    grant.Operations.includes('RetireGrant') ? granteeOf(grant, principal) : undefined,
    isOf(principal, grant.AccountId) || isOf(principal, grant.KeyAccountId) ? 'account' : undefined,
  ] as const;
  for (const way of ['caller', 'issuer', 'account'] as const) if (ways.includes(way)) return way;
  return undefined;
};

/** A service belongs to no account. */
const isOf = ({ type, accountId }: Principal, account: string): boolean =>
  type !== 'AWSService' && accountId === account;

/** Whom a grant is for, if the principal is among them. */
export const granteeOf = (
  { GranteePrincipal, GranteeServicePrincipal }: Pick<CandidateGrant, 'GranteePrincipal' | 'GranteeServicePrincipal'>,
  principal: Principal,
): Grantee | undefined => named(principal, GranteePrincipal, GranteeServicePrincipal);

/** How a grant names a caller, if it does. */
const named = (
  { type, arn, accountId, issuer }: Principal,
  principal: string | undefined,
  service: string | undefined,
): Grantee | undefined => {
  if (type === 'AWSService') return service === arn ? 'caller' : undefined;
  if (principal === undefined) return undefined;
  if (type !== 'Root' && principal === arn) return 'caller';
  if (type === 'AssumedRole' && principal === issuer?.arn) return 'issuer';
  return principal === accountId || accountOfRoot(principal) === accountId ? 'account' : undefined;
};

/** Operations that the constraints on the encryption context do not bind. */
const withoutContext: ReadonlySet<string> = new Set(['DescribeKey', 'RetireGrant']);

/** What of a grant's terms a request does not meet; `newGrant`: the grant to be made does not stay within this one. */
export const unmet = (
  operation: string,
  { Operations, Constraints }: GrantTerms,
  request: AccessRequest,
  lookup: Lookup,
): keyof GrantConstraints | 'newGrant' | undefined => {
  const { EncryptionContextEquals: equals, EncryptionContextSubset: subset, SourceArn } = Constraints ?? {};
  if (SourceArn !== undefined && operation !== 'RetireGrant') {
    const source = lookup('aws:sourcearn');
    if (typeof source !== 'string' || !arnAgrees(SourceArn, source)) return 'SourceArn';
  }
  if (operation === 'CreateGrant') {
    const within = request.newGrant !== undefined && isWithin(request.newGrant, { Operations, Constraints });
    return within ? undefined : 'newGrant';
  }
  if (withoutContext.has(operation)) return undefined;
  const context = request.encryptionContext ?? {};
  if (equals !== undefined && !samePairs(context, equals)) return 'EncryptionContextEquals';
  return subset !== undefined && !hasPairs(context, subset) ? 'EncryptionContextSubset' : undefined;
};

/** Whether a grant that is made by virtue of another stays within it: no operation more, no constraint less. */
export const isWithin = (child: GrantTerms, parent: GrantTerms): boolean => {
  if (!child.Operations.every((operation) => parent.Operations.includes(operation))) return false;
  const { EncryptionContextEquals: equals, EncryptionContextSubset: subset, SourceArn } = parent.Constraints ?? {};
  const own = child.Constraints ?? {};
  if (equals && !(own.EncryptionContextEquals && samePairs(own.EncryptionContextEquals, equals))) return false;
  const context = own.EncryptionContextEquals ?? own.EncryptionContextSubset ?? {};
  if (subset && !hasPairs(context, subset)) return false;
  if (SourceArn === undefined || own.SourceArn === SourceArn) return true;
  // a pattern within a pattern is not looked for
  return own.SourceArn !== undefined && !/[*?]/.test(own.SourceArn) && arnAgrees(SourceArn, own.SourceArn);
};

/**
 * Whether a context has all pairs of a constraint. The names of pairs are compared without regard to case, the values
 * exactly (API Reference; the guide says all exactly). A context with the same name in two spellings must not
 * contradict the constraint in either.
 */
const hasPairs = (context: Pairs, constraint: Pairs): boolean => {
  for (const name in constraint) if (!hasPair(context, name, constraint[name])) return false;
  for (const name in context) {
    if (!hasPair(constraint, name, context[name]) && hasName(constraint, name)) return false;
  }
  return true;
};

const samePairs = (context: Pairs, constraint: Pairs): boolean =>
  Object.keys(context).length === Object.keys(constraint).length &&
  hasPairs(context, constraint) &&
  Object.entries(context).every(([name, value]) => hasPair(constraint, name, value));

const hasPair = (pairs: Pairs, name: string, value: string | undefined): boolean => {
  if (Object.hasOwn(pairs, name) && pairs[name] === value) return true;
  for (const other in pairs) if (pairs[other] === value && isSameName(other, name)) return true;
  return false;
};

const hasName = (pairs: Pairs, name: string): boolean => Object.keys(pairs).some((other) => isSameName(other, name));

const isSameName = (a: string, b: string): boolean => a === b || a.toLowerCase() === b.toLowerCase();
