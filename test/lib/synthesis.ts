import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type AppProps, type Environment } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { KmsStack } from '../../lib/kms-stack.ts';
import { newKmsStacks } from '../../lib/kms-stacks.ts';

export const { context: flags } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'));

/** The code of each function is the name of its operation or schedule. */
export const code = (name: string) => Code.fromInline(name);

/** What the CDK notes of every construct, none of which is in a template: a fifth of the time of a synthesis. */
const noNotes = {
  '@aws-cdk/core:enableAdditionalMetadataCollection': false,
  'aws:cdk:disable-creation-stack-traces': true,
  'aws:cdk:disable-logicalId-metadata': true,
};

/** An app with nothing beside the templates, and these unvalidated, which takes seconds: findings-suite.ts does that. */
export const newApp = ({ context = {}, ...props }: AppProps = {}): App =>
  new App({
    builtinCloudFormationValidation: false,
    treeMetadata: false,
    stackTraces: false,
    analyticsReporting: false,
    context: { ...context, ...noNotes },
    ...props,
  });

/** With the app of our stacks; what it writes is removed. */
const inApp = <Result>(context: Readonly<Record<string, string>>, make: (app: App) => Result): Result => {
  const outdir = mkdtempSync(join(tmpdir(), 'cdk.out-'));
  try {
    return make(newApp({ outdir, context: { ...flags, ...context } }));
  } finally {
    rmSync(outdir, { recursive: true });
  }
};

const made = new Map<string, Template>();

/** The stack's template, synthesised without bundles, once for all who ask in this process. */
export const synthesise = (context: Readonly<Record<string, string>> = {}, env?: Environment): Template => {
  const asked = JSON.stringify([context, env]);
  const template =
    made.get(asked) ??
    inApp(context, (app) => Template.fromStack(new KmsStack(app, 'serverless-kms', { code, ...(env && { env }) })));
  made.set(asked, template);
  return template;
};

/** The same for all stacks of an installation: the templates by Region, and the stacks in their order. */
export const synthesiseAll = (context: Readonly<Record<string, string>>, homeRegion: string | undefined) =>
  inApp(context, (app) => {
    const stacks = newKmsStacks(app, 'serverless-kms', { code, homeRegion });
    return { stacks, templates: new Map(stacks.map((stack) => [stack.region, Template.fromStack(stack)])) };
  });

/** A resource of a template, as far as tests look into it. */
export interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  // biome-ignore lint/suspicious/noExplicitAny: templates are JSON that CloudFormation alone knows the types of
  readonly Properties: any;
}

export const resourcesOf = (template: Template, type: string): [id: string, Resource][] =>
  Object.entries(template.findResources(type)) as [string, Resource][]; // every resource has these members

/** The logical id a value of the template refers to; for `Fn::Join`, followed by the text behind it. */
export const referenceOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Record<string, unknown>; // as templates have it
  if (Ref !== undefined) return String(Ref);
  if (Array.isArray(attribute)) return String(attribute[0]);
  const [, parts] = join as [string, unknown[]]; // the only other form in our templates
  return parts.map(referenceOf).join('');
};
