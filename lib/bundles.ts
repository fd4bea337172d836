import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Code } from 'aws-cdk-lib/aws-lambda';

const folder = fileURLToPath(new URL('../dist/lambdas/', import.meta.url));

/** The code of a function as `npm run build` made it. */
export const bundleOf = (name: string): Code => {
  if (!existsSync(folder + name)) throw new Error(`${folder}${name} is not there: npm run build makes it`);
  return Code.fromAsset(folder + name);
};
