import { profileName } from '../../local/credentials-lines.ts';
import type { Principal } from '../../local/principals/principal.ts';
import { command } from '../command.ts';
import { principalsOf } from '../principals-of.ts';
import { tableOf } from '../table.ts';
import { principalsOption } from './edit.ts';

export const list = command({
  summary: 'tell who there is',
  about: 'Everybody who can sign a request. Secrets are not told: `kms env --profile NAME` prints those of one.',
  options: principalsOption,
  json: 'a line each: account, profile, type, arn, accessKeyId, policies (how many)',
  examples: [['kms principals list', 'a table of users, sessions and roots']],
  async run({ values }) {
    const all = (await principalsOf(values)).map(factsOf);
    const rows = all.map(({ account, profile, arn, policies }) => [account, profile, `${policies}`, arn]);
    process.stdout.write(
      values.json
        ? all.map((each) => `${JSON.stringify(each)}\n`).join('')
        : tableOf(['account', 'profile', 'policies', 'arn'], rows),
    );
    return 0;
  },
});

const factsOf = (principal: Principal) => ({
  account: principal.accountId,
  profile: profileName(principal),
  type: principal.type,
  arn: principal.arn,
  accessKeyId: principal.accessKeyId,
  policies: principal.policies.length,
});
