import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { dataPathLines, writeCliModel } from '../clients/cli-model/write.ts';
import { threeParts } from '../clients/three-parts.ts';
import { UsageError } from '../local/options.ts';

const usage = `usage: npm run cli-model -- [--out DIR]

  --out DIR  the folder to write to   dist/cli-model

Writes a service model with which the AWS CLI and boto3 call a deployed service without a proxy: in it every operation has
its own path, and requests are signed for execute-api. They find it by AWS_DATA_PATH.
`;

/** Writes the service model for the AWS CLI and boto3. */
export const run = async (args: readonly string[]): Promise<number> => {
  const options = { out: { type: 'string', default: 'dist/cli-model' }, help: { type: 'boolean' } } as const;
  const { values } = parseArgs({ args: [...args], options });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  if (values.out === '') throw new UsageError(`--out must name a folder\n\n${usage}`);
  const folder = resolve(values.out);
  await writeCliModel(folder).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(threeParts({ what: 'the model was not written', why, fix: 'name another folder with --out DIR' }));
  });
  process.stdout.write(`The model is in ${folder}. For the AWS CLI and boto3

${dataPathLines(folder)
  .map((line) => `  ${line}\n`)
  .join('')}
and try

  aws kms list-keys
`);
  return 0;
};
