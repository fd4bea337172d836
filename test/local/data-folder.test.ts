import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataFolderInUseError, openDataFolder } from '../../local/data-folder.ts';
import { createFileOnce, writeFileAtomically } from '../../local/files.ts';

let parent = '';
const endings: (() => unknown)[] = [];
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'data-folder-'));
});
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
  await rm(parent, { recursive: true, force: true });
});

const opened = async (dir: string) => {
  const folder = await openDataFolder(dir);
  endings.push(() => folder.close());
  return folder;
};

/** A process that holds the folder until it is killed. */
const holder = async (dir: string) => {
  const program = `
    const { openDataFolder } = await import(${JSON.stringify(new URL('../../local/data-folder.ts', import.meta.url))});
    await openDataFolder(${JSON.stringify(dir)});
    console.log('held');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  endings.push(() => child.kill('SIGKILL'));
  const ended = new Promise((resolve) => child.on('close', resolve));
  await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), ended]);
  return {
    pid: child.pid,
    kill: () => {
      child.kill('SIGKILL');
      return ended;
    },
  };
};

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

describe('openDataFolder', () => {
  it('creates the folder and its parents for the owner alone', async () => {
    const folder = await opened(join(parent, 'a', 'b'));
    expect(await modeOf(join(parent, 'a'))).toBe(0o700);
    expect(await modeOf(join(parent, 'a', 'b'))).toBe(0o700);
    expect(folder.path('c', 'd.json')).toMatch(/\/a\/b\/c\/d\.json$/);
  });

  it('tightens a folder that others can read, and leaves its files as they are', async () => {
    await mkdir(join(parent, 'loose'));
    await chmod(join(parent, 'loose'), 0o755);
    await writeFile(join(parent, 'loose', 'kept'), 'kept');
    const folder = await opened(join(parent, 'loose'));
    expect(await modeOf(join(parent, 'loose'))).toBe(0o700);
    expect(await readFile(folder.path('kept'), 'utf8')).toBe('kept');
  });

  it('refuses a second opening in the same process, under another name too', async () => {
    await opened(join(parent, 'data'));
    await symlink(join(parent, 'data'), join(parent, 'alias'));
    for (const name of ['data', 'alias']) {
      const error = await openDataFolder(join(parent, name)).catch((error: unknown) => error);
      expect(error).toBeInstanceOf(DataFolderInUseError);
      expect(error).toMatchObject({ pid: process.pid, message: expect.stringContaining('in use by this process') });
    }
  });

  it('refuses while another process has it, and names that process', async () => {
    const { pid } = await holder(join(parent, 'data'));
    const error = await openDataFolder(join(parent, 'data')).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(DataFolderInUseError);
    expect(error).toMatchObject({ pid, message: expect.stringContaining(`in use by another process (pid ${pid})`) });
  });

  it('opens at once after the holder was killed with SIGKILL', async () => {
    const { kill } = await holder(join(parent, 'data'));
    await kill();
    const folder = await opened(join(parent, 'data'));
    expect(await readFile(folder.path('lock.pid'), 'utf8')).toBe(`${process.pid}\n`);
  });

  it('names nobody when the pid on record is of a process that is gone', async () => {
    const dead = await holder(join(parent, 'other'));
    await dead.kill();
    const folder = await opened(join(parent, 'data'));
    await writeFile(folder.path('lock.pid'), `${dead.pid}\n`);
    await expect(openDataFolder(join(parent, 'data'))).rejects.toMatchObject({
      pid: undefined,
      message: expect.stringMatching(/in use by another process$/),
    });
  });

  it('opens again after close, which may be called twice', async () => {
    const folder = await openDataFolder(join(parent, 'data'));
    await Promise.all([folder.close(), folder.close()]);
    await opened(join(parent, 'data'));
  });

  it('lets exactly one of many processes in', async () => {
    const attempts = await Promise.allSettled(Array.from({ length: 10 }, () => opened(join(parent, 'data'))));
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('says so when the name is taken by a file', async () => {
    await writeFile(join(parent, 'file'), '');
    await expect(openDataFolder(join(parent, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
  });
});

describe('writeFileAtomically', () => {
  it('replaces content and mode, and leaves nothing else in the folder', async () => {
    const path = join(parent, 'file');
    await writeFile(path, 'old and longer', { mode: 0o644 });
    await writeFileAtomically(path, 'new', 0o600);
    expect([await readFile(path, 'utf8'), await modeOf(path)]).toEqual(['new', 0o600]);
    expect(await readdir(parent)).toEqual(['file']);
  });

  it('leaves the old content, and nothing else, when it fails', async () => {
    await mkdir(join(parent, 'file', 'in the way'), { recursive: true });
    await expect(writeFileAtomically(join(parent, 'file'), 'new', 0o600)).rejects.toThrow();
    expect(await readdir(parent)).toEqual(['file']);
  });

  it('never shows a part of the content to a reader', async () => {
    const path = join(parent, 'file');
    const contents = ['a'.repeat(300_000), 'b'.repeat(300_000)];
    await writeFileAtomically(path, contents[0] ?? '', 0o600);
    let writing = true;
    const writer = (async () => {
      for (let round = 0; round < 30; round++) await writeFileAtomically(path, contents[round % 2] ?? '', 0o600);
      writing = false;
    })();
    while (writing) expect(contents).toContain(await readFile(path, 'utf8'));
    await writer;
  });
});

describe('createFileOnce', () => {
  it('makes the file with its mode, and then leaves it as it is', async () => {
    const path = join(parent, 'file');
    expect(await createFileOnce(path, Uint8Array.of(1, 2), 0o600)).toBe(true);
    expect(await createFileOnce(path, Uint8Array.of(3), 0o644)).toBe(false);
    expect([await readFile(path), await modeOf(path)]).toEqual([Buffer.of(1, 2), 0o600]);
    expect(await readdir(parent)).toEqual(['file']);
  });

  it('is made by one of many at once', async () => {
    const path = join(parent, 'file');
    const made = await Promise.all(Array.from({ length: 20 }, (_, index) => createFileOnce(path, `${index}`, 0o600)));
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(await readFile(path, 'utf8')).toBe(`${made.indexOf(true)}`);
  });
});
