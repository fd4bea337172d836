import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, it, vi } from 'vitest';
import { KmsStack } from '../../lib/kms-stack.ts';

const { context: flags } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'));

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

/** What cdk-nag finds in the stack, as `rule construct`. */
const findingsIn = (context: Readonly<Record<string, string>>, change = (_stack: KmsStack) => {}): string[] => {
  const outdir = mkdtempSync(join(tmpdir(), 'cdk.out-'));
  const silent = vi.spyOn(console, 'error').mockImplementation(() => {});
  try {
    const app = new App({ outdir, context: { ...flags, ...context } });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    change(new KmsStack(app, 'serverless-kms', { code: (name) => Code.fromInline(name) }));
    try {
      app.synth();
    } catch {} // findings are in the report
    const report: Report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'));
    return report.pluginReports
      .filter(({ pluginName }) => pluginName === 'AwsSolutions')
      .flatMap(({ violations }) =>
        violations.flatMap(({ ruleName, violatingConstructs }) =>
          violatingConstructs.map(({ constructPath }) => `${ruleName} ${constructPath}`),
        ),
      );
  } finally {
    silent.mockRestore();
    rmSync(outdir, { recursive: true });
  }
};

it.each([{ removal: 'destroy' }, { rootKey: 'kms', endpoint: 'private', trustedAccounts: '444455556666' }])(
  'has no finding of AwsSolutions that is not accepted with a reason: %j',
  slow,
  (context) => {
    expect(findingsIn(context)).toEqual([]);
  },
);

it('would find what is not', slow, () => {
  const found = findingsIn({}, (stack) => void new Topic(stack, 'Open'));
  expect(found).toEqual(['AwsSolutions-SNS3 serverless-kms/Open/Resource']);
});
