import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bundleIn, freshBundle, stamp } from '../../bin/start-bundle.ts';
import { bundleStart } from '../../scripts/bundle-start.ts';

let root: string;
const paths = ['one.ts', 'other.ts'];
const then = new Date('2026-11-21T12:00:00Z');
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'start-bundle-'));
  mkdirSync(bundleIn(root), { recursive: true });
  for (const path of paths) {
    writeFileSync(join(root, path), '');
    utimesSync(join(root, path), then, then);
  }
  stamp(root, paths);
});
afterEach(() => rmSync(root, { recursive: true }));

it('is loaded while all that it was made of is as it was', () => {
  expect(freshBundle(root, 'main')).toBe(pathToFileURL(join(bundleIn(root), 'main.js')).href);
});

it.each<[string, (file: string) => void]>([
  ['was written', (file) => writeFileSync(file, '')],
  ['is older, as after a checkout', (file) => utimesSync(file, 1, 1)],
  [
    'is longer, whenever that was',
    (file) => {
      writeFileSync(file, '1');
      utimesSync(file, then, then);
    },
  ],
  ['is gone', (file) => rmSync(file)],
])('is not when a file of it %s', (_, change) => {
  change(join(root, 'other.ts'));
  expect(freshBundle(root, 'main')).toBeUndefined();
});

it('is not where it was never made', () => {
  rmSync(bundleIn(root), { recursive: true });
  expect(freshBundle(root, 'main')).toBeUndefined();
});

it('is made of what a start loads, and of no other command', async () => {
  const folder = join(root, 'bundle');
  const inputs = await bundleStart(folder);
  expect(inputs).toEqual(expect.arrayContaining(['cli/start.ts', 'local/service.ts', 'local/seed.ts']));
  expect(inputs).toEqual(
    expect.arrayContaining(['lambdas/operations/encrypt.ts', 'node_modules/dynalite/db/index.js']),
  );
  expect(inputs.filter((path) => /course|@aws-sdk/.test(path))).toEqual([]);
  expect(readdirSync(folder)).toEqual(expect.arrayContaining(['front.js', 'main.js', 'stamps.json']));

  const code = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  // Nothing asks for its place but the first line, and modules that are told where they were.
  const told = /(?:createRequire\(|new URL\("..\/..\/..\/[^"]*", )import\.meta\.url/g;
  expect(code.filter((text) => text.replaceAll(told, '').includes('import.meta.url'))).toEqual([]);
  expect(code.join()).toMatch(/new URL\("..\/..\/..\/local\/fronts\/start-front.ts", import\.meta\.url\)/);
});
