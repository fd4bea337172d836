/** How large is each bundle, how long does it take to import, and to answer first? `npm run bench -- bundles` */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { operations } from '../lambdas/operations/index.ts';
import { schedules } from '../lambdas/schedules/index.ts';
import { bundle } from '../scripts/bundle.ts';
import { coldEncrypt } from './cold-encrypt.ts';
import { machine, machineLine, table } from './report.ts';

const runs = 7;

const environment = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLEEXAMPLE00',
  AWS_SECRET_ACCESS_KEY: 'none',
  AUDIT_QUEUE_URL: 'https://queue.invalid/audit',
  ROOT_ARNS: 'arn:root-1',
  INSTALLATION_ID: 'kms',
  KMS_ENDPOINT: 'https://kms.invalid/prod',
  ...Object.fromEntries(['KEYS', 'ALIASES', 'GRANTS', 'USAGE'].map((name) => [`${name}_TABLE`, name.toLowerCase()])),
};

/** Milliseconds of one import, in a process of its own. */
const importOnce = async (file: string): Promise<number> => {
  const script = 'const t = performance.now(); require(process.argv[1]); console.log(performance.now() - t)';
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script, file], { env: environment });
  return Number(stdout);
};

const medianOf = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;

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
    rows.push({ name, bytes: (await stat(file)).size, least: Math.min(...times), median: medianOf(times) });
  }
  const cells = rows
    .toSorted((a, b) => b.bytes - a.bytes)
    .map(({ name, bytes, least, median }) => [name, (bytes / 1000).toFixed(0), least.toFixed(0), median.toFixed(0)]);
  const cold = await coldEncrypt(join(outdir, 'Encrypt', 'index.cjs'), environment, runs);
  process.stdout.write(`${machineLine(where)}\n\n${table(['bundle', 'kB', 'import ms', 'median'], cells)}\n
import: of the bundle in a fresh process, the least and the median of ${runs}.
First answer of Encrypt in a fresh process, import, root secret, record, material and audit record over HTTP to a
stand-in on this machine, nothing kept: ${cold.least.toFixed(0)} ms, median ${cold.median.toFixed(0)} ms.
`);
} finally {
  await rm(outdir, { recursive: true, force: true });
}
