import type { Path } from '../check.ts';
import { newUnique } from '../unique.ts';
import type { Account } from './schema.ts';

/** What must not occur twice: account ids and access key ids anywhere, names of users, roles and sessions where they are. */
export const checkUnique = (accounts: readonly Account[]): void => {
  const accountIds = newSet();
  const accessKeyIds = newSet();
  for (const [a, { id, users, roles, root }] of accounts.entries()) {
    const place = ['accounts', a];
    accountIds(id, [...place, 'id']);
    const userNames = newSet();
    for (const [u, user] of users.entries()) {
      userNames(user.name, [...place, 'users', u, 'name']);
      accessKeyIds(user.accessKeyId, [...place, 'users', u, 'accessKeyId']);
    }
    const roleNames = newSet();
    for (const [r, role] of roles.entries()) {
      roleNames(role.name, [...place, 'roles', r, 'name']);
      const sessionNames = newSet();
      for (const [s, session] of role.sessions.entries()) {
        sessionNames(session.name, [...place, 'roles', r, 'sessions', s, 'name']);
        accessKeyIds(session.accessKeyId, [...place, 'roles', r, 'sessions', s, 'accessKeyId']);
      }
    }
    if (root) accessKeyIds(root.accessKeyId, [...place, 'root', 'accessKeyId']);
  }
};

/** Letter case makes no difference, as for names in IAM. */
const newSet = () => {
  const unique = newUnique();
  return (value: string, path: Path): void => unique(value.toLowerCase(), path);
};
