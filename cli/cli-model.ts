import { resolve } from 'node:path';
import { dataPathLines, writeCliModel } from '../clients/cli-model/write.ts';
import { Failure } from '../local/failure.ts';
import { UsageError } from '../local/options.ts';
import { command } from './command.ts';

export const cliModel = command({
  summary: 'write a service model for the AWS CLI and boto3',
  about: `With it, the AWS CLI and boto3 call a deployed service without a proxy: in it every operation has its own path, and
requests are signed for execute-api. They find it by AWS_DATA_PATH.`,
  options: { out: { value: 'DIR', about: 'the folder to write to', byDefault: 'dist/cli-model' } },
  json: 'one object: folder',
  examples: [['kms cli-model', 'writes dist/cli-model, and prints the line that names it to the AWS CLI']],
  async run({ values }) {
    if (values.out === '') throw new UsageError('--out must name a folder');
    const folder = resolve(values.out ?? 'dist/cli-model');
    await writeCliModel(folder).catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      const hint = 'name another folder with --out DIR';
      throw new Failure({ what: 'the model was not written', why, hint }, { cause });
    });
    if (values.json) process.stdout.write(`${JSON.stringify({ folder })}\n`);
    else if (values.quiet) process.stdout.write(linesOf(folder, ''));
    else process.stdout.write(inWords(folder));
    return 0;
  },
});

const linesOf = (folder: string, indent: string): string =>
  dataPathLines(folder)
    .map((line) => `${indent}${line}\n`)
    .join('');

const inWords = (folder: string): string => `The model is in ${folder}. For the AWS CLI and boto3

${linesOf(folder, '  ')}
and try

  aws kms list-keys
`;
