import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../../cli/commands.ts';
import { candidatesFor } from '../../cli/completion/candidates.ts';
import { lessonFolders, lessonIn } from '../../cli/course/lessons.ts';

const folders = lessonFolders();

describe('the course', () => {
  it('has no two lessons of one number', () => {
    const numbers = folders.map(({ number }) => number);
    expect(numbers).toEqual([...new Set(numbers)]);
  });
});

describe('a shell', () => {
  it('completes the numbers of lessons', async () => {
    expect(await candidatesFor(commands, ['course', 'check', '0'])).toContainEqual(['02', '']);
  });
});

describe.each(folders.map((one) => [one.number, one] as const))('lesson %s', (number, folder) => {
  const file = (name: string) => readFile(join(folder.folder, name), 'utf8');

  it('is declared: its parts wait for parts before them, and its users have names of their own', async () => {
    const { minutes, accounts, parts } = await lessonIn(folder);
    expect(minutes).toBeGreaterThanOrEqual(15);
    expect(minutes).toBeLessThanOrEqual(40);
    const names = Object.keys(parts);
    for (const [at, { after = [] }] of Object.values(parts).entries()) {
      for (const before of after) expect(names.slice(0, at)).toContain(before);
    }
    const users = Object.values(accounts).flatMap(({ users, roles = {}, root = [] }) =>
      [Object.keys(users), Object.keys(roles), root].flat(),
    );
    expect(users).toEqual([...new Set(users)]);
    expect(users).not.toContain('examiner');
  });

  it('tells why, what to do and what to look at, with its picture, and where on AWS it is told', async () => {
    const { title } = await lessonIn(folder);
    const text = await file('README.md');
    expect(text.split('\n', 1)[0]).toBe(`# ${number} · ${title}`);
    expect(text).toMatch(/^!\[[^\]]{20,}\]\(picture\.svg\)$/m);
    const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(['Why', 'Task', 'What to look at', 'Sources']);
    expect(text.split('\n## Sources')[1]).toMatch(/https:\/\/docs\.aws\.amazon\.com\//);
    expect(text).toContain(`kms course start ${Number(number)}`);
    expect(text).toContain(`kms course check ${Number(number)}`);
  });

  it('has a picture that is small, told in words, and asks nothing of others', async () => {
    const picture = await file('picture.svg');
    expect(picture.length).toBeLessThan(12_000);
    expect(picture).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 720 \d+" role="img"/);
    expect(picture).toMatch(/<title>[^<]{5,}<\/title>\s*<desc>[^<]{20,}<\/desc>/);
    expect(picture).toContain('prefers-color-scheme: dark');
    expect(picture).not.toMatch(/<script|<image|<foreignObject|href=|url\(http|@import/);
  });

  it('has a solution in TypeScript and in commands, and a wrong attempt', async () => {
    for (const name of ['solution.ts', 'solution.sh']) {
      expect((await stat(join(folder.folder, 'solution', name))).isFile()).toBe(true);
    }
    expect((await readdir(join(folder.folder, 'wrong'))).length).toBeGreaterThan(0);
    expect(await file('solution/solution.sh')).toMatch(/^#!\/bin\/sh\n(#.*\n)*set -eu\n\. \.\/env\n/);
  });
});
