import { App } from 'aws-cdk-lib';
import cdkJson from '../cdk.json' with { type: 'json' };
import { refuseUnknownSwitches, warnOfForgettable } from '../lib/context.ts';
import { newKmsStacks } from '../lib/kms-stacks.ts';

const app = new App();
refuseUnknownSwitches(app.node);
const stacks = newKmsStacks(app, 'serverless-kms', { homeRegion: process.env.CDK_DEFAULT_REGION });
warnOfForgettable(stacks, cdkJson.context);
