import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { inject, vi } from 'vitest';
import { auditFunctions } from '../lambdas/audit/functions.ts';
import { operations } from '../lambdas/operations/index.ts';
import { schedules } from '../lambdas/schedules/index.ts';
import { bundle } from '../scripts/bundle.ts';

/** What came of it, for all processes. */
interface Outcome {
  readonly metafile: Metafile;
  readonly failure?: string;
}

const make = (outdir: string): Promise<object> =>
  bundle([...operations, ...schedules, ...auditFunctions], outdir).then(
    (metafile) => ({ metafile }),
    (error) => ({ failure: String(error) }),
  );

/**
 * All functions as `npm run build` bundles them, and esbuild's account of it: made by the process that asks first, for all
 * processes of the run. Outside the repository, so that nothing is found in its node_modules.
 */
export const bundled = async (): Promise<{ readonly folder: string; readonly metafile: Metafile }> => {
  const folder = join(inject('runFolder'), 'lambdas');
  const file = `${folder}.json`;
  const isFirst = await mkdir(`${folder}.claim`).then(
    () => true,
    () => false,
  );
  if (isFirst) {
    await writeFile(`${file}.new`, JSON.stringify(await make(folder)));
    await rename(`${file}.new`, file); // whole when it is there
  }
  await vi.waitUntil(() => existsSync(file), { timeout: 100_000 });
  const { metafile, failure }: Outcome = JSON.parse(await readFile(file, 'utf8'));
  if (failure) throw new Error(failure);
  return { folder, metafile };
};
