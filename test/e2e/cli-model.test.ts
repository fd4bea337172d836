import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { newFolder, removeFolders } from './folders.ts';
import { runHere } from './run-here.ts';

afterAll(removeFolders);

it('npm run cli-model writes where AWS_DATA_PATH may point, and says how', async () => {
  const out = await newFolder();
  const { code, stdout } = await runHere('cli-model', { args: ['--out', out] });
  expect(code).toBe(0);
  expect(stdout).toContain(`export AWS_DATA_PATH=${out}\n`);
  expect(await readFile(join(out, 'README.md'), 'utf8')).toContain(`export AWS_DATA_PATH=${out}\n`);
  const model = JSON.parse(await readFile(join(out, 'kms/2014-11-01/service-2.json'), 'utf8'));
  expect(model).toMatchObject({ operations: { Encrypt: { http: { requestUri: '/Encrypt' } } } });
});

it('npm run cli-model says what stands in its way, why, and what to do', async () => {
  const { code, stderr } = await runHere('cli-model', { args: ['--out', '/dev/null/models'] });
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^kms cli-model: [^\n]+\nwhy: [^\n]+\nhint: [^\n]+\n$/)]);
});
