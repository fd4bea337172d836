import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { apiVersion, paginators, serviceModel } from './service-model.ts';

/** How a shell makes the AWS CLI and boto3 use a model in this folder. */
export const dataPathLines = (folder: string): readonly string[] => [
  `export AWS_DATA_PATH=${/^[\w./-]+$/.test(folder) ? folder : `'${folder.replaceAll("'", `'\\''`)}'`}`,
  'export AWS_ENDPOINT_URL_KMS=https://ID.execute-api.REGION.amazonaws.com/prod',
];

/** Writes the model, and how to use it, where AWS_DATA_PATH may point. @param folder absolute */
export const writeCliModel = async (folder: string): Promise<void> => {
  const place = join(folder, 'kms', apiVersion);
  await mkdir(place, { recursive: true });
  await writeFile(join(place, 'service-2.json'), JSON.stringify(serviceModel()));
  await writeFile(join(place, 'paginators-1.json'), JSON.stringify(paginators()));
  await writeFile(join(folder, 'README.md'), instructions(folder));
};

const instructions = (folder: string): string => `# The AWS CLI and boto3 on serverless-kms

Made by \`npm run cli-model\`. With

${dataPathLines(folder)
  .map((line) => `    ${line}\n`)
  .join('')}
the AWS CLI and boto3 call the deployed service directly, with your own AWS credentials, as \`aws kms …\` and
\`boto3.client('kms')\`; the Region must be that of the endpoint. All else they do as before.

Without AWS_DATA_PATH they call AWS KMS again. While it is set, they cannot: this model is in the place of AWS's own.
Make it anew after an update of serverless-kms.
`;
