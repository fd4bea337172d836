import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

// The service starts in two thirds of the time from one file than from the hundreds of modules that it consists of.
// `npm ci` and `npm install` make that file (scripts/bundle-start.ts). Whoever edits a module or a package that is in it
// gets the edit: from then on the modules run as they are.

/** Where the bundle is in a project. */
export const bundleIn = (root: string): string => join(root, 'node_modules/.cache/start');

/** In the folder of the bundle: what each file it was made of was then, by its path in the project. */
const stampsFile = 'stamps.json';

/** Tells a file that was written since from one that was not. */
const stampOf = (file: string): string => {
  const { mtimeMs, size } = statSync(file);
  return `${mtimeMs} ${size}`;
};

/** @param paths of the files that the bundle in `folder` was made of, in the project */
export const stamp = (root: string, paths: readonly string[], folder = bundleIn(root)): void => {
  const stamps = Object.fromEntries(paths.map((path) => [path, stampOf(join(root, path))]));
  writeFileSync(join(folder, stampsFile), JSON.stringify(stamps));
};

/**
 * @param name of the module that is wanted: `main` is cli/main.ts, `front` local/fronts/front.ts
 * @returns the URL to load in its place; undefined where there is none, what it was made of was written since, or somebody
 *   wants to know where in the code something happened
 */
export const freshBundle = (root: string, name: 'main' | 'front'): string | undefined => {
  if (process.env.KMS_DEBUG) return undefined;
  try {
    const stamps: Record<string, string> = JSON.parse(readFileSync(join(bundleIn(root), stampsFile), 'utf8'));
    const isFresh = Object.entries(stamps).every(([path, then]) => stampOf(join(root, path)) === then);
    return isFresh ? pathToFileURL(join(bundleIn(root), `${name}.js`)).href : undefined;
  } catch {
    return undefined; // it was never made, or a file is gone
  }
};
