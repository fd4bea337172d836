import type { Account } from './schema.ts';

const arnPattern = /^arn:aws[a-z0-9-]*:(?:iam|sts)::(\d{12}):(.+)$/;

/**
 * Whether a principal exists that a policy or a grant names by its ARN, in the accounts of the file. Of other accounts
 * nobody knows anything, nor of federated users and unique ids: these are taken for granted.
 */
export const existenceIn = (accounts: readonly Account[]) => {
  const known = new Map(accounts.map((account) => [account.id, namesIn(account)]));
  return (principal: string): boolean => {
    const [, accountId = '', name = ''] = arnPattern.exec(principal) ?? [];
    const names = known.get(accountId);
    return names === undefined || name.startsWith('federated-user/') || names.has(withoutSession(name));
  };
};

/** What stands behind the account in the ARNs of its principals. */
const namesIn = ({ users, roles }: Account): ReadonlySet<string> =>
  new Set([
    'root',
    ...users.map(({ path, name }) => `user${path}${name}`),
    ...roles.flatMap(({ path, name }) => [`role${path}${name}`, `assumed-role/${name}`]),
  ]);

/** Sessions come and go: that their role exists is enough. */
const withoutSession = (name: string): string => name.replace(/^(assumed-role\/[^/]+)\/.*$/, '$1');
