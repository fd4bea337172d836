import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { newKmsStacks } from '../lib/kms-stacks.ts';

const bundles = fileURLToPath(new URL('../dist/lambdas/', import.meta.url));

newKmsStacks(new App(), 'serverless-kms', {
  code: (name) => Code.fromAsset(bundles + name),
  homeRegion: process.env.CDK_DEFAULT_REGION,
});
