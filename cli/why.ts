import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findRecords } from '../local/audit/find-records.ts';
import { dataDirFrom, UsageError } from '../local/options.ts';
import { storyOf } from './story.ts';

const usage = `usage: npm run -s why -- REQUEST-ID [--data DIR]

  --data DIR  the data folder of the service   KMS_DATA   .kms

Tells who called what, whether it was allowed, and why, from the audit records; whether the service runs or not.
The request id is in every answer: the header x-amzn-requestid. The AWS CLI shows it with --debug, the AWS SDK
for JavaScript as error.$metadata.requestId, boto3 as error.response["ResponseMetadata"]["RequestId"].
`;

/** Tells the story of a call. */
export const run = async (args: readonly string[]): Promise<number> => {
  const options = { data: { type: 'string' }, help: { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const [requestId = '', ...others] = positionals;
  if (others.length > 0 || !/^[\w-]{1,128}$/.test(requestId))
    throw new UsageError(`one request id is needed\n\n${usage}`);
  const folder = join(dataDirFrom(values.data, process.env), 'audit');
  const records = await findRecords(folder, requestId, (message) => process.stderr.write(`kms why: ${message}\n`));
  if (records.length === 0) {
    const hint = 'calls that failed before authentication, and those of a service in memory, leave no record';
    process.stderr.write(`kms why: no record of request ${requestId} in ${folder}\nhint: ${hint}\n`);
    return 1;
  }
  process.stdout.write(records.map(storyOf).join('\n'));
  return 0;
};
