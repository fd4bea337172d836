/** How large is each bundle, and how long does it take to import? `npm run bench -- bundles` */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { operations } from '../lambdas/operations/index.ts';
import { schedules } from '../lambdas/schedules/index.ts';
import { bundle } from '../scripts/bundle.ts';
import { functionEnvironment } from './function-environment.ts';
import { machine, machineLine, median, table } from './report.ts';

const runs = 7;

/** Milliseconds of one import, in a process of its own. */
const importOnce = async (file: string): Promise<number> => {
  const script = 'const t = performance.now(); require(process.argv[1]); console.log(performance.now() - t)';
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script, file], { env: functionEnvironment });
  return Number(stdout);
};

const where = machine();
const outdir = await mkdtemp(join(tmpdir(), 'bundles-'));
try {
  await bundle([...operations, ...schedules], outdir);
  const names = [...operations.map(({ name }) => name), ...schedules.map(({ name }) => name), 'Router', 'KeyResource'];
  const rows: { name: string; bytes: number; least: number; median: number }[] = [];
  for (const name of names) {
    const file = join(outdir, name, 'index.cjs');
    const times: number[] = [];
    for (let run = 0; run < runs; run += 1) times.push(await importOnce(file));
    rows.push({ name, bytes: (await stat(file)).size, least: Math.min(...times), median: median(times) });
  }
  const cells = rows
    .toSorted((a, b) => b.bytes - a.bytes)
    .map(({ name, bytes, least, median }) => [name, (bytes / 1000).toFixed(0), least.toFixed(0), median.toFixed(0)]);
  process.stdout.write(`${machineLine(where)}\n\n${table(['bundle', 'kB', 'import ms', 'median'], cells)}\n
import: of the bundle in a fresh process, the least and the median of ${runs}. npm run bench -- lambda has what follows.
`);
} finally {
  await rm(outdir, { recursive: true, force: true });
}
