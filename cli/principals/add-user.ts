import { randomBytes } from 'node:crypto';
import { profileName } from '../../local/credentials-lines.ts';
import { allOfKms, newAccessKey } from '../../local/principals/new-file.ts';
import { command } from '../command.ts';
import { principalNamed } from '../principals-of.ts';
import { factsOf } from '../table.ts';
import { accountOf, changePrincipals, principalsOption } from './edit.ts';

export const addUser = command({
  summary: 'make a user',
  about: 'Makes a user with a random access key, who may do nothing unless policies and grants say so.',
  arguments: [{ name: 'NAME', about: 'of the user' }],
  options: {
    account: { value: 'ID', about: 'the account', byDefault: 'the first one' },
    path: { value: '/PATH/', about: 'the path in the ARN', byDefault: '/' },
    'allow-all': { about: 'with the policy that allows kms:* on *' },
    ...principalsOption,
  },
  json: 'one object: account, profile, arn, accessKeyId',
  examples: [
    ['kms principals add user carol', 'eval "$(kms env --profile carol)" then acts as carol'],
    ['kms principals add user ops --account 444455556666 --allow-all', 'an administrator of the other account'],
  ],
  async run({ values, args: [name = ''], note }) {
    let account = '';
    await changePrincipals(values, `"${name}" cannot be added`, (document) => {
      const home = accountOf(document, values.account);
      account = home.id;
      home.users = [
        ...(home.users ?? []),
        {
          name,
          path: values.path ?? '/',
          ...newAccessKey(randomBytes),
          tags: {},
          policies: values['allow-all'] ? [allOfKms] : [],
        },
      ];
    });
    const user = await principalNamed(`${account}/${name}`, values);
    const facts = { account, profile: profileName(user), arn: user.arn, accessKeyId: user.accessKeyId };
    process.stdout.write(values.json ? `${JSON.stringify(facts)}\n` : factsOf(Object.entries(facts)));
    const profile = values.account === undefined ? name : `${account}/${name}`;
    note(`note: \`kms env --profile ${profile}\` prints the export lines`);
    return 0;
  },
});
