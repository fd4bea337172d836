import { exportedVariables, exportLines } from '../local/credentials-lines.ts';
import { defaultRegion } from '../local/default-region.ts';
import { command, dataOption } from './command.ts';
import { endpointOf, principalNamed } from './principals-of.ts';

export const env = command({
  summary: 'print export lines for a shell',
  about: 'With them, the AWS CLI, the SDKs and boto3 call the service as one of its users.',
  options: {
    profile: {
      value: 'NAME',
      about: 'a user of principals.json, root, or ROLE/SESSION; with an account before it, ACCOUNT/NAME',
      byDefault: 'admin',
    },
    ...dataOption,
    principals: { value: 'FILE', about: 'who may call, where not in the data folder', variable: 'KMS_PRINCIPALS' },
  },
  json: 'one object of the variables',
  examples: [
    ['eval "$(kms env)"', 'in this terminal, `aws kms …` calls the service as admin'],
    ['eval "$(kms env --profile alice)"', 'as alice'],
  ],
  async run({ values }) {
    const principal = await principalNamed(values.profile ?? 'admin', values);
    const endpoint = await endpointOf(values);
    const variables = exportedVariables(endpoint, defaultRegion, principal);
    const text = values.json ? JSON.stringify(variables) : exportLines(endpoint, defaultRegion, principal).join('\n');
    process.stdout.write(`${text}\n`);
    return 0;
  },
});
