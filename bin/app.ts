import { App } from 'aws-cdk-lib';
import { refuseUnknownSwitches } from '../lib/context.ts';
import { newKmsStacks } from '../lib/kms-stacks.ts';

const app = new App();
refuseUnknownSwitches(app.node);
newKmsStacks(app, 'serverless-kms', { homeRegion: process.env.CDK_DEFAULT_REGION });
