import { randomBytes } from 'node:crypto';
import { newAccessKey } from '../../local/principals/new-file.ts';
import { command } from '../command.ts';
import { factsOf } from '../table.ts';
import { changePrincipals, principalsOption } from './edit.ts';

export const addAccount = command({
  summary: 'make an account',
  about: 'Makes an account with a root, and nobody else in it.',
  arguments: [{ name: 'ID', about: '12 digits' }],
  options: principalsOption,
  json: 'one object: account, profile, arn, accessKeyId',
  examples: [
    ['kms principals add account 777788889999', 'then: kms principals add user ann --account 777788889999 --allow-all'],
  ],
  async run({ values, args: [account = ''], note }) {
    const root = newAccessKey(randomBytes);
    await changePrincipals(values, `the account ${account} cannot be added`, (document) => {
      document.accounts.push({ id: account, users: [], roles: [], root });
    });
    const arn = `arn:aws:iam::${account}:root`;
    const facts = { account, profile: `${account}/root`, arn, accessKeyId: root.accessKeyId };
    process.stdout.write(values.json ? `${JSON.stringify(facts)}\n` : factsOf(Object.entries(facts)));
    note(`note: its first user: kms principals add user NAME --account ${account}`);
    return 0;
  },
});
