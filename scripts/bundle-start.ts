import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';
import { bundleIn, stamp } from '../bin/start-bundle.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** They are what they were: the bundle is for the start alone. */
const otherCommands: Plugin = {
  name: 'other-commands',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/.*\.ts$/ }, ({ path, importer, kind }) =>
      kind === 'dynamic-import' && /\bcli.commands\.ts$/.test(importer) && path !== './start.ts'
        ? { path: new URL(path, pathToFileURL(importer)).href, external: true }
        : undefined,
    );
  },
};

/** Modules find files beside them from where they are, which is not where the bundle is. */
const ownPlaces: Plugin = {
  name: 'own-places',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      if (!text.includes('import.meta.url')) return undefined;
      const place = relative(bundleIn(root), path).replaceAll('\\', '/');
      return {
        contents: text.replaceAll('import.meta.url', `new URL('${place}', import.meta.url).href`),
        loader: 'ts',
      };
    });
  },
};

/** Makes the files from which the service and its fronts start. @returns the paths of what is in it */
export const bundleStart = async (outdir = bundleIn(root)): Promise<readonly string[]> => {
  const { build } = await import('esbuild'); // not there for who leaves out what is for development
  rmSync(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['cli/main.ts', 'local/fronts/front.ts'],
    entryNames: '[name]', // all in one folder: see ownPlaces
    outdir,
    bundle: true,
    splitting: true, // what is loaded when it is needed stays apart
    platform: 'node',
    format: 'esm',
    target: 'node24',
    external: ['classic-level', '@aws-sdk/*', '@smithy/*'], // the first looks for its own files, the others are rarely loaded
    plugins: [otherCommands, ownPlaces],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    metafile: true,
    logLevel: 'error',
  });
  const paths = Object.keys(metafile.inputs);
  stamp(root, paths, outdir);
  return paths;
};

if (import.meta.main) await bundleStart();
