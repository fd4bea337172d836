import type { Caller } from '../model/caller.ts';
import type { ProblemCode } from './reading.ts';

/** Who makes a request. A `Caller` is one. */
export interface Principal extends Pick<Caller, 'arn' | 'accountId' | 'principalId'> {
  /** `AWSService`: `arn` is the service's name, `sns.amazonaws.com`, and there is no account. */
  readonly type: Caller['type'] | 'FederatedUser' | 'AWSService';
  /** The role behind a session; the user behind a federated session. */
  readonly issuer?: Pick<NonNullable<Caller['issuer']>, 'arn' | 'principalId'> | undefined;
  /** The identity provider that vouches for the session. */
  readonly federatedProvider?: string | undefined;
}

/** Principals that a policy names, compiled. */
export interface Names {
  readonly everyone: boolean;
  /** Accounts and identities as the policy spells them. */
  readonly given: readonly string[];
  /** Ids of accounts. */
  readonly accounts: ReadonlySet<string>;
  /** ARNs and unique ids of users, roles and sessions. */
  readonly identities: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
  readonly federated: ReadonlySet<string>;
}

/**
 * How a policy names a caller, from the weakest to the strongest. `account`: in an Allow it only lets the account's
 * identity policies decide. `issuer`: the role or user behind the session, so its boundary and session policy still
 * bind. `self`: the caller itself, or everybody.
 * Source: IAM User Guide, "How AWS enforcement code logic evaluates requests", table of authorization.md section 1.3.
 */
export const relations = { none: 0, account: 1, issuer: 2, self: 3 } as const;
export type Relation = (typeof relations)[keyof typeof relations];

export const relationOf = (names: Names, caller: Principal): Relation => {
  const { none, account, issuer, self } = relations;
  if (names.everyone) return self;
  if (caller.type === 'AWSService') return names.services.has(caller.arn) ? self : none;
  if (isNamed(names, caller)) return self;
  if (caller.issuer && isNamed(names, caller.issuer)) return issuer;
  if (caller.federatedProvider !== undefined && names.federated.has(caller.federatedProvider)) return issuer;
  return names.accounts.has(caller.accountId) ? account : none;
};

/**
 * Whether a NotPrincipal spares a caller: only if it lists the caller together with all that it belongs to.
 * Source: IAM User Guide, "IAM JSON policy elements: NotPrincipal".
 */
export const spares = (names: Names, caller: Principal): boolean => {
  if (names.everyone) return true;
  if (caller.type === 'AWSService') return names.services.has(caller.arn);
  if (!names.accounts.has(caller.accountId)) return false;
  if (caller.type === 'Root') return true;
  return isNamed(names, caller) && (caller.issuer === undefined || isNamed(names, caller.issuer));
};

const isNamed = ({ identities }: Names, { arn, principalId }: { arn: string; principalId: string }): boolean =>
  identities.has(arn) || identities.has(principalId);

/** The account that an ARN `…:root` stands for. */
export const accountOfRoot = (arn: string): string | undefined =>
  arn.endsWith(':root') ? /^arn:aws[a-z0-9-]*:iam::(\d{12}):root$/.exec(arn)?.[1] : undefined;

const user = /^arn:aws[a-z0-9-]*:iam::\d{12}:user\/[\w+=,.@/-]+$/;
const role = /^(arn:aws[a-z0-9-]*:iam::\d{12}:role\/)(?:[\x21-\x29\x2b-\x3e\x40-\x7e]*\/)?([\w+=,.@-]+)$/;
const session = /^arn:aws[a-z0-9-]*:sts::\d{12}:(?:assumed-role\/[\w+=,.@-]+|federated-user)\/[\w+=,.@:-]+$/;
/** What AWS shows in place of an ARN once the user or role is deleted. */
const uniqueId = /^(?:AIDA|AROA)[A-Z0-9]{12,124}$/;
const service = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/;

/** What AWS does not even read as the ARN of an identity: its account is left out, or is no account. */
const withoutAccount = /^arn:aws[a-z0-9-]*:(?:iam|sts)::(?!\d{12}:|\*)/;

/**
 * Reads the element Principal or NotPrincipal.
 * @param report called for each principal that is none
 */
export const readNames = (element: unknown, report: (principal: string, code: ProblemCode) => void): Names => {
  const names = {
    everyone: false,
    given: [] as string[], // the type of an empty list
    accounts: new Set<string>(),
    identities: new Set<string>(),
    services: new Set<string>(),
    federated: new Set<string>(),
  };
  const readers: Readonly<Record<string, (text: string) => boolean>> = {
    AWS: (text) => readIdentity(text, names),
    Service: (text) => service.test(text) && addTo(names.services, text),
    Federated: (text) => text !== '' && !/[*?]/.test(text) && addTo(names.federated, text),
  };
  if (element === '*') return { ...names, everyone: true };
  if (typeof element !== 'object' || element === null || Array.isArray(element)) {
    report(shown(element), 'principal');
    return names;
  }
  const kinds = Object.entries(element);
  if (kinds.length === 0) report('{}', 'principal');
  for (const [kind, value] of kinds) {
    const reader = Object.hasOwn(readers, kind) ? readers[kind] : undefined;
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (list.length === 0) report(`${kind}: []`, 'principal');
    for (const each of list) {
      if (reader !== undefined && typeof each === 'string' && reader(each)) continue;
      const unread = kind === 'AWS' && typeof each === 'string' && withoutAccount.test(each);
      report(`${kind}: ${shown(each)}`, unread ? 'principal ARN' : 'principal');
    }
  }
  return names;
};

/** For messages; objects are not printed. */
const shown = (value: unknown): string =>
  typeof value === 'string' ? `'${value.slice(0, 256)}'` : `a ${typeof value}`;

const readIdentity = (
  text: string,
  names: { everyone: boolean; given: string[]; accounts: Set<string>; identities: Set<string> },
) => {
  if (text === '*') {
    names.everyone = true;
    return true;
  }
  names.given.push(text);
  const account = /^\d{12}$/.test(text) ? text : accountOfRoot(text);
  if (account !== undefined) return addTo(names.accounts, account);
  const [, prefix, name] = role.exec(text) ?? [];
  // The names of roles are unique in an account, and on AWS a session does not tell its role's path.
  if (prefix !== undefined && name !== undefined) addTo(names.identities, prefix + name);
  return (
    (name !== undefined || user.test(text) || session.test(text) || uniqueId.test(text)) &&
    addTo(names.identities, text)
  );
};

const addTo = (set: Set<string>, text: string): true => {
  set.add(text);
  return true;
};
