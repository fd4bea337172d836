import fs from 'node:fs';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { entryOf } from '../../lambdas/pipeline/audit-entry.ts';
import { newMemoryAuditLog } from '../../local/audit/memory-audit-log.ts';
import {
  filedIds,
  files,
  folder,
  handles,
  line,
  logged,
  names,
  newAuditFolders,
  opened,
  record,
  stubbed,
  writeAll,
} from './audit-folder.ts';

newAuditFolders();

describe('writing', () => {
  it('acknowledges a record when its line is in the spool', async () => {
    const log = await opened();
    await log.write(entryOf(record('one')));
    expect(await readFile(join(folder, 'spool.jsonl'), 'utf8')).toBe(line('one'));
    await log.write(entryOf(record('two')));
    expect(await readFile(join(folder, 'spool.jsonl'), 'utf8')).toBe(line('one') + line('two'));
  });

  it('puts a thousand concurrent records into the file with a handful of writes', async () => {
    const log = await opened();
    const append = stubbed(vi.spyOn(fs, 'writeSync'));
    await writeAll(log, names(1000));
    expect(append.mock.calls.length).toBeGreaterThan(0);
    expect(append.mock.calls.length).toBeLessThanOrEqual(5);
    expect(await readFile(join(folder, 'spool.jsonl'), 'utf8')).toBe(
      names(1000)
        .map((id) => line(id))
        .join(''),
    );
  });

  it('does not wait for the end of a turn in which all have come who were expected', async () => {
    const log = await opened();
    await log.write(entryOf(record('first')));
    const append = stubbed(vi.spyOn(fs, 'writeSync'));
    let ended = false;
    const turn = (expected: number, ids: string[]) => {
      ended = false;
      setImmediate(() => {
        ended = true;
      });
      for (let times = 0; times < expected; times += 1) log.expect();
      return writeAll(log, ids);
    };
    await turn(3, ['one', 'two', 'three']);
    expect([append.mock.calls.length, ended]).toEqual([1, false]);
    await turn(3, ['four', 'five']);
    expect([append.mock.calls.length, ended]).toEqual([2, true]);
    await turn(0, ['six', 'seven']); // nobody is expected any more
    expect([append.mock.calls.length, ended]).toEqual([3, true]);
    expect((await readFile(join(folder, 'spool.jsonl'), 'utf8')).split('\n')).toHaveLength(9);
  });

  it.each([
    ['no account', { awsRegion: 'us-east-1' }],
    ['an account with a path in it', { recipientAccountId: '../../../etc', awsRegion: 'us-east-1' }],
    ['an account of eleven digits', { recipientAccountId: '11112222333', awsRegion: 'us-east-1' }],
    ['an account with a line break', { recipientAccountId: '111122223333\n', awsRegion: 'us-east-1' }],
    ['no Region', { recipientAccountId: '111122223333' }],
    ['a Region with a path in it', { recipientAccountId: '111122223333', awsRegion: 'us-east-1/../..' }],
    ['a Region with a line break', { recipientAccountId: '111122223333', awsRegion: 'us-east-1\n' }],
  ])('refuses a record with %s, and takes those beside it', async (_, bad) => {
    const log = await opened();
    const [refused, taken] = await Promise.allSettled([log.write(entryOf(bad)), log.write(entryOf(record('good')))]);
    expect([refused.status, taken.status]).toEqual(['rejected', 'fulfilled']);
    await expect(newMemoryAuditLog().write(entryOf(bad))).rejects.toThrow();
    await log.close();
    expect(await filedIds()).toEqual(['good']);
  });

  it('keeps spools and log files from other users of the machine', async () => {
    const log = await opened();
    const modeOf = async (path: string) => (await stat(join(folder, path))).mode & 0o777;
    await log.write(entryOf(record('one')));
    expect([await modeOf(''), await modeOf('spool.jsonl')]).toEqual([0o700, 0o600]);
    await log.close();
    const [file = ''] = await files();
    expect([await modeOf('AWSLogs'), await modeOf(file)]).toEqual([0o700, 0o600]);
  });
});

describe('when the disk is full', () => {
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });

  /** The next write gets half of its bytes into the file, and fails. */
  const fillDisk = () => {
    const { writeSync } = fs;
    const fill = (file: number, data: unknown) => {
      const lines = data as Buffer; // as the log hands them over
      writeSync(file, lines.subarray(0, lines.length / 2));
      throw full;
    };
    stubbed(vi.spyOn(fs, 'writeSync').mockImplementationOnce(fill));
  };

  it('refuses every record of the group, takes back the torn line, and goes on when there is room again', async () => {
    const log = await opened();
    await log.write(entryOf(record('before')));
    fillDisk();
    const group = await Promise.allSettled(names(10).map((id) => log.write(entryOf(record(id)))));
    expect(group).toEqual(group.map(() => ({ status: 'rejected', reason: full })));
    expect(await readFile(join(folder, 'spool.jsonl'), 'utf8')).toBe(line('before'));

    await log.write(entryOf(record('after')));
    await log.close();
    expect(await filedIds()).toEqual(['before', 'after']);
    expect(logged).toMatchObject([
      {
        level: 'error',
        message: expect.stringMatching(/No audit record can be written to .*audit: calls fail until one can/),
      },
      { level: 'info', message: expect.stringContaining('can be written to') },
    ]);
  });

  it('begins another spool where the torn line cannot be taken back', async () => {
    const log = await opened();
    await log.write(entryOf(record('before')));
    fillDisk();
    vi.spyOn(await handles(), 'truncate').mockRejectedValueOnce(full);
    await expect(log.write(entryOf(record('torn')))).rejects.toBe(full);

    await log.write(entryOf(record('after')));
    await log.close();
    expect((await filedIds()).sort()).toEqual(['after', 'before']);
    expect(logged.at(-1)).toMatchObject({ level: 'warn', message: expect.stringContaining('torn last line') });
  });

  it('keeps the spool until log files can be written, says so, and tries again a minute later', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const log = await opened();
    await log.write(entryOf(record('one')));
    vi.spyOn(await handles(), 'writeFile').mockRejectedValueOnce(full);
    vi.advanceTimersByTime(60_000);
    await expect.poll(() => logged).toMatchObject([{ level: 'error', error: { errors: [full] } }]);
    expect(await filedIds()).toEqual([]);

    vi.advanceTimersByTime(60_000);
    await expect.poll(filedIds).toEqual(['one']);
    await log.close();
    expect(await filedIds()).toEqual(['one']);
  });
});

describe('when the folder goes away', () => {
  it('refuses the next record instead of writing it into nowhere, says what was lost, and begins anew', async () => {
    const log = await opened();
    await log.write(entryOf(record('lost')));
    await rm(folder, { recursive: true });
    await expect(log.write(entryOf(record('refused')))).rejects.toThrow('removed');
    const lost = { level: 'error', message: expect.stringContaining('bytes of records are lost') };
    expect(logged).toMatchObject([
      lost,
      { level: 'error', message: expect.stringContaining('No audit record can be') },
    ]);

    await log.write(entryOf(record('after')));
    await log.close();
    expect(await filedIds()).toEqual(['after']);
    expect(logged.slice(2)).toMatchObject([{ level: 'info' }]);
  });

  it('says what was lost also where no record follows', async () => {
    const log = await opened();
    await log.write(entryOf(record('lost')));
    await rm(join(folder, 'spool.jsonl'));
    await log.close();
    expect(logged).toMatchObject([{ level: 'error', message: expect.stringContaining('bytes of records are lost') }]);
  });

  it('refuses records as long as it cannot be made again, and says so once', async () => {
    const log = await opened();
    await rename(folder, `${folder}-moved`);
    await writeFile(folder, 'in the way');
    await expect(log.write(entryOf(record('one')))).rejects.toThrow();
    await expect(log.write(entryOf(record('two')))).rejects.toThrow();
    expect(logged.filter(({ message }) => message.includes('No audit record can be written'))).toHaveLength(1);
    await rm(folder);
    await log.write(entryOf(record('three')));
    await log.close();
    expect(await filedIds()).toEqual(['three']);
  });

  it('does not open where the folder cannot be made', async () => {
    await writeFile(folder, 'in the way');
    await expect(opened()).rejects.toThrow();
  });
});

describe('closing', () => {
  it('writes out what was under way, twice over is once, and refuses what comes later', async () => {
    const log = await opened();
    const writes = writeAll(log, names(100));
    expect(log.close()).toBe(log.close());
    await log.close();
    await writes;
    expect(await filedIds()).toEqual(names(100));
    expect(await files()).toHaveLength(1);
    await expect(log.write(entryOf(record('late')))).rejects.toThrow('closed');
    await log.close();
    expect(await files()).toHaveLength(1);
  });

  it('leaves nothing behind where nothing was written, and no timer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const log = await opened();
    await log.close();
    expect(await files()).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves the spool to the next start where files cannot be written, and says so', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const log = await opened();
    await log.write(entryOf(record('one')));
    await writeFile(join(folder, 'AWSLogs'), 'in the way');
    await log.close();
    expect(logged).toMatchObject([{ level: 'error', message: expect.stringContaining('starts again') }]);
    expect(vi.getTimerCount()).toBe(0);
    await rm(join(folder, 'AWSLogs'));
    await opened();
    expect(await filedIds()).toEqual(['one']);
  });
});
