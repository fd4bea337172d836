import { hash } from 'node:crypto';
import type { Credential } from '../sigv4.ts';
import type { Account, Role, Session, User } from './schema.ts';

/** Who stands behind an access key: what authorization and audit need to know, ready at lookup. */
export interface Principal extends Credential {
  readonly type: 'IAMUser' | 'AssumedRole' | 'Root';
  readonly accountId: string;
  readonly arn: string;
  /** User: `AIDA…`; session: `AROA…:SESSION`; root: the account id. */
  readonly principalId: string;
  readonly userName?: string;
  /** Of the user; of a session, the role's and its own, which go before. */
  readonly tags: Readonly<Record<string, string>>;
  /** Identity policies: documents as they stand in the file. */
  readonly policies: readonly object[];
  readonly boundary?: object;
  readonly sessionPolicy?: object;
  /** Of a session: when it began, where the file tells. */
  readonly session?: { readonly creationDate?: string; readonly mfaAuthenticated: boolean };
  /** The role behind a session. */
  readonly issuer?: {
    readonly arn: string;
    readonly accountId: string;
    /** The role's name. */
    readonly userName: string;
    readonly principalId: string;
  };
}

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * An id in the form of IAM's, 21 characters, the same for the same user or role in every run.
 *
 * @param prefix `AIDA` for users, `AROA` for roles
 */
export const uniqueId = (prefix: 'AIDA' | 'AROA', accountId: string, name: string): string => {
  const digest = hash('sha256', `${prefix}/${accountId}/${name}`, 'buffer');
  return prefix + Array.from(digest.subarray(0, 17), (byte) => base32[byte % 32]).join('');
};

/** Everybody in the account who can sign a request. */
export const principalsOf = ({ id, users, roles, root }: Account): readonly Principal[] => [
  ...users.map((user) => userPrincipal(id, user)),
  ...roles.flatMap((role) => role.sessions.map((session) => sessionPrincipal(id, role, session))),
  ...(root ? [rootPrincipal(id, root)] : []),
];

const userPrincipal = (accountId: string, user: User): Principal => ({
  type: 'IAMUser',
  accountId,
  arn: `arn:aws:iam::${accountId}:user${user.path}${user.name}`,
  principalId: uniqueId('AIDA', accountId, user.name),
  userName: user.name,
  accessKeyId: user.accessKeyId,
  secretAccessKey: user.secretAccessKey,
  tags: user.tags,
  policies: user.policies,
  ...(user.boundary && { boundary: user.boundary }),
});

const sessionPrincipal = (accountId: string, role: Role, session: Session): Principal => {
  const roleId = uniqueId('AROA', accountId, role.name);
  return {
    type: 'AssumedRole',
    accountId,
    // without the role's path, which AWS leaves out here
    arn: `arn:aws:sts::${accountId}:assumed-role/${role.name}/${session.name}`,
    principalId: `${roleId}:${session.name}`,
    accessKeyId: session.accessKeyId,
    secretAccessKey: session.secretAccessKey,
    sessionToken: session.sessionToken,
    ...(session.expires && { expires: session.expires }),
    tags: { ...role.tags, ...session.tags },
    policies: role.policies,
    ...(role.boundary && { boundary: role.boundary }),
    ...(session.policy && { sessionPolicy: session.policy }),
    session: {
      ...(session.created && { creationDate: `${session.created.toISOString().slice(0, 19)}Z` }),
      mfaAuthenticated: false,
    },
    issuer: {
      arn: `arn:aws:iam::${accountId}:role${role.path}${role.name}`,
      accountId,
      userName: role.name,
      principalId: roleId,
    },
  };
};

const rootPrincipal = (accountId: string, root: NonNullable<Account['root']>): Principal => ({
  type: 'Root',
  accountId,
  arn: `arn:aws:iam::${accountId}:root`,
  principalId: accountId,
  ...root,
  tags: {},
  policies: [],
});
