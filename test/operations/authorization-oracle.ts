import { accountId, otherAccountId } from '../service.ts';

/**
 * A second opinion on who may, written apart from the engine and in another way: every way to be allowed is looked for,
 * none before another. It knows just the statements that the test makes.
 * Source: IAM User Guide, "How AWS enforcement code logic evaluates requests"; KMS Developer Guide, "Key policies".
 */

export interface Caller {
  readonly name: string;
  readonly accountId: string;
  readonly arn: string;
  /** Of the role behind a session. */
  readonly role?: string;
  readonly root?: true;
}

export const callers: readonly Caller[] = [
  { name: 'alice', accountId, arn: `arn:aws:iam::${accountId}:user/alice` },
  {
    name: 'session',
    accountId,
    arn: `arn:aws:sts::${accountId}:assumed-role/Lab/s1`,
    role: `arn:aws:iam::${accountId}:role/Lab`,
  },
  { name: 'root', accountId, arn: `arn:aws:iam::${accountId}:root`, root: true },
  { name: 'partner', accountId: otherAccountId, arn: `arn:aws:iam::${otherAccountId}:user/partner` },
];

/** Conditions by the tenant of the request, each with its own meaning. */
export const conditions = {
  none: { element: {}, holds: () => true },
  blue: {
    element: { StringEquals: { 'kms:EncryptionContext:tenant': 'blue' } },
    holds: (tenant?: string) => tenant === 'blue',
  },
  notBlue: {
    element: { StringNotEquals: { 'kms:EncryptionContext:tenant': 'blue' } },
    holds: (tenant?: string) => tenant !== 'blue',
  },
  blueIfAny: {
    element: { StringLikeIfExists: { 'kms:EncryptionContext:Tenant': 'b*' } },
    holds: (tenant?: string) => tenant === undefined || tenant === 'blue',
  },
  someContext: {
    element: { 'ForAnyValue:StringEquals': { 'kms:EncryptionContextKeys': ['tenant', 'other'] } },
    holds: (tenant?: string) => tenant !== undefined,
  },
  noContext: {
    element: { Null: { 'kms:EncryptionContextKeys': 'true' } },
    holds: (tenant?: string) => tenant === undefined,
  },
  never: { element: { Bool: { 'aws:SecureTransport': 'false' } }, holds: () => false },
} as const;

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string;
  /** `this` key, `other`, or `*`. */
  readonly on: '*' | 'this' | 'other';
  readonly condition: keyof typeof conditions;
  /** In key and endpoint policies. */
  readonly principal: string;
}

export interface Grant {
  readonly grantee: string;
  readonly Operations: readonly string[];
  readonly tenant?: 'blue' | undefined;
}

export interface World {
  readonly caller: Caller;
  readonly tenant?: string | undefined;
  readonly key: readonly Statement[];
  readonly identity: readonly Statement[];
  readonly boundary?: readonly Statement[] | undefined;
  readonly session?: readonly Statement[] | undefined;
  readonly endpoint?: readonly Statement[] | undefined;
  readonly grant?: Grant | undefined;
}

const actions = new Set(['kms:*', '*', 'kms:Encrypt', 'KMS:encrypt', 'kms:En*']);

const isAbout = ({ tenant }: World, { Action, on, condition }: Statement): boolean =>
  actions.has(Action) && on !== 'other' && conditions[condition].holds(tenant);

const isAccount = (principal: string, account: string): boolean =>
  principal === account || principal === `arn:aws:iam::${account}:root`;

/** Everybody whom a principal stands for, where it denies or where an endpoint lets through. */
const includes = (principal: string, { arn, role, accountId: account }: Caller): boolean =>
  principal === '*' || principal === arn || principal === role || isAccount(principal, account);

/** Whether the caller may encrypt. */
export const mayEncrypt = (world: World): boolean => {
  const { caller, key, identity, boundary, session, endpoint, grant, tenant } = world;
  const naming = [...key, ...(endpoint ?? [])].filter(({ principal }) => includes(principal, caller));
  const own = [...identity, ...(boundary ?? []), ...(session ?? [])];
  if ([...naming, ...own].some((each) => each.Effect === 'Deny' && isAbout(world, each))) return false;

  const allows = (policy: readonly Statement[]) => policy.filter((s) => s.Effect === 'Allow' && isAbout(world, s));
  if (endpoint && !allows(endpoint).some(({ principal }) => includes(principal, caller))) return false;
  const withinLimits = [boundary, session].every((policy) => policy === undefined || allows(policy).length > 0);
  const byAccount = caller.root === true || (allows(identity).length > 0 && withinLimits);

  // The grant is of the key's account.
  const mayTake = caller.accountId === accountId || byAccount;
  const granted =
    grant?.Operations.includes('Encrypt') === true && (grant.tenant === undefined || grant.tenant === tenant);
  if (granted && grant.grantee === caller.arn && !caller.root && mayTake) return true;
  if (granted && grant.grantee === caller.role && withinLimits && mayTake) return true;
  if (granted && isAccount(grant.grantee, caller.accountId) && byAccount) return true;

  const named = allows(key).filter(({ principal }) => includes(principal, caller));
  if (caller.accountId !== accountId) return named.length > 0 && byAccount;
  return named.some(({ principal }) => {
    if (isAccount(principal, accountId)) return byAccount;
    return principal === caller.role ? withinLimits : true;
  });
};
