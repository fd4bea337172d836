import { join } from 'node:path';
import { findRecords } from '../local/audit/find-records.ts';
import { Failure } from '../local/failure.ts';
import { dataDirFrom, UsageError } from '../local/options.ts';
import { command, dataOption } from './command.ts';
import { storyOf } from './story.ts';

export const why = command({
  summary: 'tell why a call was allowed or refused',
  about: `Tells who called what, whether it was allowed, and why, from the audit records; whether the service runs or not.
The request id is in every answer: the header x-amzn-requestid. The AWS CLI shows it with --debug, the AWS SDK
for JavaScript as error.$metadata.requestId, boto3 as error.response["ResponseMetadata"]["RequestId"].`,
  arguments: [{ name: 'REQUEST-ID', about: 'of the call' }],
  options: dataOption,
  json: 'the audit records of the call, a line each',
  examples: [['kms why 96bf9b28-44ca-4353-ba1e-7810f33dcb89', 'who called what, and which statement or grant decided']],
  async run({ values, args: [requestId = ''], note }) {
    if (!/^[\w-]{1,128}$/.test(requestId)) throw new UsageError('one request id is needed');
    const folder = join(dataDirFrom(values.data, process.env), 'audit');
    const records = await findRecords(folder, requestId, (message) => note(`kms why: ${message}`));
    if (records.length === 0) {
      throw new Failure({
        what: `no record of request ${requestId} in ${folder}`,
        why: 'calls that failed before authentication, and those of a service in memory, leave no record',
        hint: 'compare the id with the header x-amzn-requestid of the answer, and name the data folder with --data DIR',
      });
    }
    const lines = records.map((record) => (values.json ? `${JSON.stringify(record)}\n` : storyOf(record)));
    process.stdout.write(lines.join(values.json ? '' : '\n'));
    return 0;
  },
});
