import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openPrincipals, PrincipalsError, type PrincipalsOptions } from '../../local/principals.ts';

const key = (name: string) => ({ accessKeyId: `AKIA${name}`.padEnd(20, '2'), secretAccessKey: 'secret'.repeat(6) });

describe('an open principals file', () => {
  const cleanUp: (() => void)[] = [];
  afterEach(() => {
    for (const act of cleanUp.splice(0).reverse()) act();
  });

  const newFile = (text?: string): string => {
    const folder = mkdtempSync(join(tmpdir(), 'principals-'));
    cleanUp.push(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'principals.json');
    if (text !== undefined) writeFileSync(file, text);
    return file;
  };
  const open = async (file: string, options: Partial<PrincipalsOptions> = {}) => {
    const logged: string[] = [];
    const principals = await openPrincipals(file, {
      create: false,
      log: (message) => logged.push(message),
      ...options,
    });
    cleanUp.push(() => principals.close());
    return { ...principals, logged };
  };
  const document = (...users: string[]) => {
    const named = users.map((name) => ({ name, ...key(name.toUpperCase()) }));
    return JSON.stringify({ accounts: [{ id: '111122223333', users: named }] });
  };
  const idOf = (name: string) => key(name.toUpperCase()).accessKeyId;
  /** Lets the next look at the file happen, and waits until it is over: then the one after it is due. */
  const look = async () => {
    vi.advanceTimersToNextTimer();
    while (vi.getTimerCount() === 0) await nextTurn();
  };
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    cleanUp.push(() => vi.useRealTimers());
  });

  it('is made if there is none: for its owner only, with all keys to be found', async () => {
    const file = newFile();
    const { all, find, logged } = await open(file, { create: true });
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(all()).toHaveLength(6);
    for (const principal of all()) expect(find(principal.accessKeyId)).toBe(principal);
    expect(find('AKIANOBODY')).toBeUndefined();
    expect(logged).toEqual([`${file}: made, with random keys`]);
  });

  it('is never overwritten', async () => {
    const file = newFile(document('alice'));
    const { all } = await open(file, { create: true });
    expect(all().map(({ userName }) => userName)).toEqual(['alice']);
    expect(readFileSync(file, 'utf8')).toBe(document('alice'));
  });

  it('must be there unless it may be made', async () => {
    const file = newFile();
    await expect(open(file)).rejects.toThrow(new PrincipalsError(`${file}: no such file`));
    await expect(open(join(file, 'x', 'y'), { create: true })).rejects.toThrow(/: cannot be made \(ENOENT\)$/);
  });

  it.each([
    ['{', 'line 1, column 2: not valid JSON'],
    ['{"accounts":[{"id":"1"}]}', 'accounts[0].id must be a string of 12 digits'],
  ])('must not be broken at the start: %s', async (text, problem) => {
    const file = newFile(text);
    await expect(open(file)).rejects.toThrow(new PrincipalsError(`${file}: ${problem}`));
  });

  it('is followed within a second when it is written anew: who came is found, who went is not', async () => {
    const file = newFile(document('alice', 'bob'));
    const { find, logged } = await open(file);
    writeFileSync(file, document('alice', 'carol'));
    const written = Date.now();
    await look();
    expect(Date.now() - written).toBeLessThan(1000);
    expect(find(idOf('carol'))).toMatchObject({ userName: 'carol' });
    expect(find(idOf('bob'))).toBeUndefined();
    expect(logged).toEqual([`${file}: read again, 2 access key(s)`]);
  });

  it('is followed when an editor puts another in its place, and again after that', async () => {
    const file = newFile(document('alice'));
    const { find } = await open(file);
    for (const name of ['bob', 'carol']) {
      writeFileSync(`${file}.new`, document(name));
      renameSync(`${file}.new`, file);
      await look();
      expect(find(idOf(name))).toBeDefined();
    }
    expect(find(idOf('alice'))).toBeUndefined();
  });

  it('gives the same principals as long as it stays the same', async () => {
    const file = newFile(document('alice'));
    const { find, logged } = await open(file);
    const before = find(idOf('alice'));
    writeFileSync(file, document('alice'));
    await look();
    expect(find(idOf('alice'))).toBe(before);
    expect(logged).toEqual([]);
  });

  it('keeps the principals read before while it is broken, says once where, and is read again when mended', async () => {
    const file = newFile(document('alice'));
    const { find, logged } = await open(file);
    writeFileSync(file, '{"accounts":[{"id":"1"}]}');
    for (let i = 0; i < 4; i++) await look();
    const problem = `${file}: accounts[0].id must be a string of 12 digits; the principals read before stay in force`;
    expect(logged).toEqual([problem]);
    expect(find(idOf('alice'))).toBeDefined();
    writeFileSync(file, document('bob'));
    await look();
    expect(find(idOf('bob'))).toBeDefined();
    expect(logged).toEqual([problem, `${file}: read again, 1 access key(s)`]);
  });

  it('is said to be read again when mended to what it was', async () => {
    const file = newFile(document('alice'));
    const { logged } = await open(file);
    writeFileSync(file, '{');
    for (let i = 0; i < 2; i++) await look();
    writeFileSync(file, document('alice'));
    for (let i = 0; i < 2; i++) await look();
    expect(logged).toEqual([expect.stringContaining('line 1, column 2'), `${file}: read again, 1 access key(s)`]);
  });

  it('is not spoken of while an editor has written half of it', async () => {
    const file = newFile(document('alice'));
    const { find, logged } = await open(file);
    const text = document('bob');
    writeFileSync(file, text.slice(0, 40));
    await look();
    expect(find(idOf('alice'))).toBeDefined();
    appendFileSync(file, text.slice(40));
    await look();
    expect(find(idOf('bob'))).toBeDefined();
    expect(logged).toEqual([`${file}: read again, 1 access key(s)`]);
  });

  it('keeps the principals read before when it is removed, and is followed when it comes back', async () => {
    const file = newFile(document('alice'));
    const { find, logged } = await open(file);
    rmSync(file);
    for (let i = 0; i < 2; i++) await look();
    expect(logged).toEqual([`${file}: no such file; the principals read before stay in force`]);
    expect(find(idOf('alice'))).toBeDefined();
    writeFileSync(file, document('bob'));
    await look();
    expect(find(idOf('bob'))).toBeDefined();
  });

  it('is followed no more once closed', async () => {
    const file = newFile(document('alice'));
    const { find, close } = await open(file);
    await look();
    close();
    expect(vi.getTimerCount()).toBe(0);
    expect(find(idOf('alice'))).toBeDefined();
  });

  it('has no effect when a look under way ends after closing', async () => {
    const file = newFile(document('alice'));
    const { find, close, logged } = await open(file);
    writeFileSync(file, document('bob'));
    vi.advanceTimersToNextTimer();
    close();
    for (let i = 0; i < 50; i++) await nextTurn();
    expect(find(idOf('alice'))).toBeDefined();
    expect(logged).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
