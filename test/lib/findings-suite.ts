import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, Stack, Validations } from 'aws-cdk-lib';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Kms } from '../../lib/kms.ts';
import { KmsStack } from '../../lib/kms-stack.ts';
import { newKmsStacks } from '../../lib/kms-stacks.ts';
import { code, flags, newApp } from './synthesis.ts';

const addNag = (app: App) => Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
const slow = { timeout: 180_000 }; // every rule looks at every resource

interface Report {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly violations: readonly {
      readonly ruleName: string;
      readonly violatingConstructs: readonly { readonly constructPath: string }[];
    }[];
  }[];
}

let outdir: string;
beforeEach(() => {
  outdir = mkdtempSync(join(tmpdir(), 'cdk.out-'));
  vi.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(outdir, { recursive: true });
});

/** What the CDK's own validation of templates finds in an app, and whatever else `fill` adds, as `rule construct`. */
const findingsIn = (context: Readonly<Record<string, string>>, fill: (app: App) => unknown): string[] => {
  const app = newApp({ outdir, context: { ...flags, ...context }, builtinCloudFormationValidation: true });
  fill(app);
  try {
    app.synth();
  } catch {} // findings are in the report
  const { pluginReports }: Report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'));
  return pluginReports.flatMap(({ violations }) =>
    violations.flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => `${ruleName} ${constructPath}`),
    ),
  );
};

it(
  'the stack has no finding of AwsSolutions that is not accepted with a reason, and its template is valid',
  slow,
  () => {
    const context = { rootKey: 'kms', endpoint: 'private', trustedAccounts: '444455556666' };
    const found = findingsIn(context, (app) => {
      addNag(app);
      new KmsStack(app, 'serverless-kms', { code });
    });
    expect(found).toEqual([]);
  },
);

it('what is open or not valid is found', slow, () => {
  const found = findingsIn({ removal: 'destroy' }, (app) => {
    addNag(app);
    new CfnTopic(new Stack(app, 'serverless-kms'), 'Open').addPropertyOverride('Colour', 'red');
  });
  expect(found).toEqual(['AwsSolutions-SNS3 serverless-kms/Open', 'F3002 serverless-kms/Open']);
});

it('the templates of several Regions are valid, and that of somebody else with keys in it', slow, () => {
  const context = {
    replicaRegions: 'eu-west-1',
    auditLock: 'compliance',
    routerCallers: '*',
    gatewayLogRole: 'existing',
    alarmTopic: 'arn:aws:sns:us-east-1:111122223333:pager',
  };
  const found = findingsIn(context, (app) => {
    newKmsStacks(app, 'serverless-kms', { code, homeRegion: 'us-east-1' });
    new Kms(new Stack(app, 'TheirStack'), 'Kms', { code }).key('Orders', { description: 'orders' });
  });
  expect(found).toEqual([]);
});
