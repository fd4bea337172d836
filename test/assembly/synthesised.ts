import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Token } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { KmsStack } from '../../lib/kms-stack.ts';
import { newKmsStacks } from '../../lib/kms-stacks.ts';
import { bundled } from '../bundled.ts';
import { flags, newApp } from '../lib/synthesis.ts';
import type { Template } from './template.ts';

/** What `cdk synth` writes for one stack. */
export interface SynthesisedStack {
  readonly stackName: string;
  readonly region: string;
  readonly template: Template;
  /** The folder of an asset, by the key under which its zip file is uploaded. */
  assetOf(objectKey: string): string;
}

export interface Synthesised {
  readonly stacks: readonly SynthesisedStack[];
  remove(): Promise<void>;
}

/**
 * Bundles all functions and synthesises the app, both as `npm run synth` does, into temporary folders.
 *
 * @param context  the switches of `-c`
 * @param complete adds what an owner may add in code
 */
export const synthesise = async (
  context: Readonly<Record<string, string>>,
  homeRegion: string,
  complete = (_home: KmsStack): void => {},
): Promise<Synthesised> => {
  const { folder: bundles } = await bundled();
  const outdir = await mkdtemp(join(tmpdir(), 'cdk.out-'));
  const app = newApp({ outdir, context: { ...flags, ...context } });
  const code = (name: string) => Code.fromAsset(join(bundles, name));
  const [home, ...sisters] = newKmsStacks(app, 'serverless-kms', { homeRegion, code });
  if (home) complete(home);
  const { stacks } = app.synth();
  // A stack that is alone may be of any Region.
  const regionOf = (region: string) => (Token.isUnresolved(region) ? homeRegion : region);
  const made = [home, ...sisters].filter((stack) => stack !== undefined);
  const regions = new Map(made.map((stack) => [stack.artifactId, regionOf(stack.region)]));
  return {
    stacks: await Promise.all(
      stacks.map(async ({ id, stackName, templateFullPath, dependencies }) => {
        const [manifest] = dependencies.filter(({ id: other }) => other === `${id}.assets`);
        const assets =
          manifest === undefined ? {} : JSON.parse(await readFile(join(outdir, `${manifest.id}.json`), 'utf8'));
        return {
          stackName,
          region: regions.get(id) ?? homeRegion,
          template: JSON.parse(await readFile(templateFullPath, 'utf8')) as Template,
          assetOf: folderOf(assets, outdir),
        };
      }),
    ),
    remove: () => rm(outdir, { recursive: true, force: true }),
  };
};

interface Assets {
  readonly files?: Readonly<
    Record<
      string,
      {
        readonly source: { readonly path: string };
        readonly destinations: Record<string, { readonly objectKey: string }>;
      }
    >
  >;
}

const folderOf = ({ files = {} }: Assets, outdir: string) => {
  const paths = Object.values(files).flatMap(({ source, destinations }) =>
    Object.values(destinations).map(({ objectKey }) => [objectKey, join(outdir, source.path)] as const),
  );
  const folders = new Map(paths);
  return (objectKey: string): string => {
    const found = folders.get(objectKey);
    if (found === undefined) throw new Error(`the assembly has no asset ${objectKey}`);
    return found;
  };
};
