import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { KmsStack } from '../lib/kms-stack.ts';

const bundles = fileURLToPath(new URL('../dist/lambdas/', import.meta.url));

new KmsStack(new App(), 'serverless-kms', { code: (name) => Code.fromAsset(bundles + name) });
