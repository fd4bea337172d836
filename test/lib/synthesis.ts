import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Environment } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { KmsStack } from '../../lib/kms-stack.ts';
import { newKmsStacks } from '../../lib/kms-stacks.ts';

const { context: flags } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'));

/** The stack's template, synthesised without bundles: the code of each function is the name of its operation or schedule. */
export const synthesise = (context: Readonly<Record<string, string>> = {}, env?: Environment): Template => {
  const outdir = mkdtempSync(join(tmpdir(), 'cdk.out-'));
  try {
    const app = new App({ outdir, context: { ...flags, ...context } });
    return Template.fromStack(
      new KmsStack(app, 'serverless-kms', { code: (name) => Code.fromInline(name), ...(env && { env }) }),
    );
  } finally {
    rmSync(outdir, { recursive: true });
  }
};

/** The same for all stacks of an installation: the templates by Region, and the stacks in their order. */
export const synthesiseAll = (context: Readonly<Record<string, string>>, homeRegion: string | undefined) => {
  const outdir = mkdtempSync(join(tmpdir(), 'cdk.out-'));
  try {
    const app = new App({ outdir, context: { ...flags, ...context } });
    const stacks = newKmsStacks(app, 'serverless-kms', { code: (name) => Code.fromInline(name), homeRegion });
    return { stacks, templates: new Map(stacks.map((stack) => [stack.region, Template.fromStack(stack)])) };
  } finally {
    rmSync(outdir, { recursive: true });
  }
};

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
