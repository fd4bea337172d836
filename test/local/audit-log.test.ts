import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LogEntry } from '../../lambdas/pipeline/ports.ts';
import { type LocalAuditLog, openAuditLog } from '../../local/audit/audit-log.ts';
import { newMemoryAuditLog } from '../../local/audit/memory-audit-log.ts';

let parent = '';
let folder = '';
let logged: LogEntry[] = [];
const logs: LocalAuditLog[] = [];

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'audit-log-'));
  folder = join(parent, 'audit');
  logged = [];
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  for (const log of logs.splice(0)) await log.close();
  await rm(parent, { recursive: true, force: true });
});

const opened = async (): Promise<LocalAuditLog> => {
  const now = () => new Date('2027-01-31T23:59:58Z');
  const log = await openAuditLog({ folder, now, log: (entry) => logged.push(entry) });
  logs.push(log);
  return log;
};

const record = (eventID: string, recipientAccountId = '111122223333', awsRegion = 'us-east-1') => ({
  eventID,
  recipientAccountId,
  awsRegion,
  requestParameters: { encryptionContext: { text: 'Zürich \u2028 "🔑"\n' } },
});

const names = (count: number, prefix = ''): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

const writeAll = (log: LocalAuditLog, ids: string[]) => Promise.all(ids.map((id) => log.write(record(id))));

/** Every file below the folder, by its path. */
const files = async (): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name).slice(folder.length + 1)] : [],
  );
};

const recordsOf = async (file: string): Promise<{ eventID: string }[]> =>
  JSON.parse(gunzipSync(await readFile(join(folder, file))).toString()).Records;

const filedIds = async (): Promise<string[]> => {
  const filed = (await files()).filter((file) => file.endsWith('.json.gz'));
  const records = await Promise.all(filed.map(recordsOf));
  return records.flat().map(({ eventID }) => eventID);
};

/** All file handles have this prototype: what is stubbed here is stubbed for the log under test. */
const handles = async () => {
  const handle = await open(parent);
  await handle.close();
  return Object.getPrototypeOf(handle) as typeof handle; // a prototype has the methods of its instances
};

const spoolName = '20270131T2359Z_AbCdEfGhIjKl0123.jsonl';
const fileOf = (account: string, region: string) =>
  `AWSLogs/${account}/CloudTrail/${region}/2027/01/31/${account}_CloudTrail_${region}_20270131T2359Z_AbCdEfGhIjKl0123.json.gz`;
const line = (...values: Parameters<typeof record>) => `${JSON.stringify(record(...values))}\n`;

/** What a process that was killed leaves behind. */
const leave = async (name: string, text: string | Uint8Array): Promise<void> => {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), text);
};

describe('writing', () => {
  it('acknowledges a record when its line is in the spool', async () => {
    const log = await opened();
    await log.write(record('one'));
    expect(await readFile(join(folder, 'spool.jsonl'), 'utf8')).toBe(line('one'));
    await log.write(record('two'));
    expect(await readFile(join(folder, 'spool.jsonl'), 'utf8')).toBe(line('one') + line('two'));
  });

  it('puts a thousand concurrent records into the file with a handful of writes', async () => {
    const log = await opened();
    const append = vi.spyOn(await handles(), 'appendFile');
    await writeAll(log, names(1000));
    expect(append.mock.calls.length).toBeGreaterThan(0);
    expect(append.mock.calls.length).toBeLessThanOrEqual(5);
    expect(await readFile(join(folder, 'spool.jsonl'), 'utf8')).toBe(
      names(1000)
        .map((id) => line(id))
        .join(''),
    );
  });

  it.each([
    ['no account', { awsRegion: 'us-east-1' }],
    ['an account with a path in it', { recipientAccountId: '../../../etc', awsRegion: 'us-east-1' }],
    ['an account of eleven digits', { recipientAccountId: '11112222333', awsRegion: 'us-east-1' }],
    ['an account with a line break', { recipientAccountId: '111122223333\n', awsRegion: 'us-east-1' }],
    ['no Region', { recipientAccountId: '111122223333' }],
    ['a Region with a path in it', { recipientAccountId: '111122223333', awsRegion: 'us-east-1/../..' }],
    ['a Region with a line break', { recipientAccountId: '111122223333', awsRegion: 'us-east-1\n' }],
    ['a Region that is a list', { recipientAccountId: '111122223333', awsRegion: ['us-east-1'] }],
    ['what JSON cannot hold', { ...record('big'), amount: 1n }],
  ])('refuses a record with %s, and takes those beside it', async (_, bad) => {
    const log = await opened();
    const [refused, taken] = await Promise.allSettled([log.write(bad), log.write(record('good'))]);
    expect([refused.status, taken.status]).toEqual(['rejected', 'fulfilled']);
    await expect(newMemoryAuditLog().write(bad)).rejects.toThrow();
    await log.close();
    expect(await filedIds()).toEqual(['good']);
  });

  it('keeps spools and log files from other users of the machine', async () => {
    const log = await opened();
    const modeOf = async (path: string) => (await stat(join(folder, path))).mode & 0o777;
    await log.write(record('one'));
    expect([await modeOf(''), await modeOf('spool.jsonl')]).toEqual([0o700, 0o600]);
    await log.close();
    const [file = ''] = await files();
    expect([await modeOf('AWSLogs'), await modeOf(file)]).toEqual([0o700, 0o600]);
  });
});

describe('when the disk is full', () => {
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });

  /** The next write gets half of its bytes into the file, and fails. */
  const fillDisk = async () => {
    const prototype = await handles();
    const { appendFile } = prototype;
    vi.spyOn(prototype, 'appendFile').mockImplementationOnce(async function (this: typeof prototype, data) {
      const lines = data as Buffer; // as the log hands them over
      await appendFile.call(this, lines.subarray(0, lines.length / 2));
      throw full;
    });
    return prototype;
  };

  it('refuses every record of the group, takes back the torn line, and goes on when there is room again', async () => {
    const log = await opened();
    await log.write(record('before'));
    await fillDisk();
    const group = await Promise.allSettled(names(10).map((id) => log.write(record(id))));
    expect(group).toEqual(group.map(() => ({ status: 'rejected', reason: full })));
    expect(await readFile(join(folder, 'spool.jsonl'), 'utf8')).toBe(line('before'));

    await log.write(record('after'));
    await log.close();
    expect(await filedIds()).toEqual(['before', 'after']);
    expect(logged).toEqual([]);
  });

  it('begins another spool where the torn line cannot be taken back', async () => {
    const log = await opened();
    await log.write(record('before'));
    const prototype = await fillDisk();
    vi.spyOn(prototype, 'truncate').mockRejectedValueOnce(full);
    await expect(log.write(record('torn'))).rejects.toBe(full);

    await log.write(record('after'));
    await log.close();
    expect((await filedIds()).sort()).toEqual(['after', 'before']);
    expect(logged).toMatchObject([{ level: 'warn', message: expect.stringContaining('torn last line') }]);
  });

  it('keeps the spool until log files can be written, says so, and tries again a minute later', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const log = await opened();
    await log.write(record('one'));
    vi.spyOn(await handles(), 'writeFile').mockRejectedValueOnce(full);
    vi.advanceTimersByTime(60_000);
    await vi.waitFor(() => expect(logged).toMatchObject([{ level: 'error', error: { errors: [full] } }]));
    expect(await filedIds()).toEqual([]);

    vi.advanceTimersByTime(60_000);
    await vi.waitFor(async () => expect(await filedIds()).toEqual(['one']));
    await log.close();
    expect(await filedIds()).toEqual(['one']);
  });
});

describe('when the folder goes away', () => {
  it('refuses the next record instead of writing it into nowhere, says what was lost, and begins anew', async () => {
    const log = await opened();
    await log.write(record('lost'));
    await rm(folder, { recursive: true });
    await expect(log.write(record('refused'))).rejects.toThrow('removed');
    expect(logged).toMatchObject([{ level: 'error', message: expect.stringContaining('bytes of records are lost') }]);

    await log.write(record('after'));
    await log.close();
    expect(await filedIds()).toEqual(['after']);
    expect(logged).toHaveLength(1);
  });

  it('refuses records as long as it cannot be made again', async () => {
    const log = await opened();
    await rename(folder, `${folder}-moved`);
    await writeFile(folder, 'in the way');
    await expect(log.write(record('one'))).rejects.toThrow();
    await expect(log.write(record('two'))).rejects.toThrow();
    await rm(folder);
    await log.write(record('three'));
    await log.close();
    expect(await filedIds()).toEqual(['three']);
  });

  it('does not open where the folder cannot be made', async () => {
    await writeFile(folder, 'in the way');
    await expect(opened()).rejects.toThrow();
  });
});

describe('log files', () => {
  it('are one per account and Region, named and filled as CloudTrail does', async () => {
    const log = await opened();
    const places = ['111122223333', '444455556666'].flatMap((account) =>
      ['us-east-1', 'us-gov-west-1'].map((region) => [account, region] as const),
    );
    for (const id of ['a', 'b']) {
      await Promise.all(
        places.map(([account, region]) => log.write(record(`${account} ${region} ${id}`, account, region))),
      );
    }
    await log.close();

    const made = await files();
    expect(made).toHaveLength(4);
    const ids = new Set(made.map((file) => file.slice(-24, -8)));
    expect([...ids]).toEqual([expect.stringMatching(/^[A-Za-z0-9]{16}$/)]);
    for (const [account, region] of places) {
      const [id = ''] = ids;
      const file = fileOf(account, region).replace('AbCdEfGhIjKl0123', id);
      expect(await recordsOf(file)).toEqual(
        ['a', 'b'].map((letter) => record(`${account} ${region} ${letter}`, account, region)),
      );
    }
  });

  it('are made of 5,000 records, while further ones are taken', async () => {
    const log = await opened();
    await writeAll(log, names(4999));
    expect((await files()).filter((file) => file !== 'spool.jsonl')).toEqual([]);
    await log.write(record('last'));
    await log.write(record('next'));
    await vi.waitFor(async () => expect(await filedIds()).toEqual([...names(4999), 'last']));
    expect(await readFile(join(folder, 'spool.jsonl'), 'utf8')).toBe(line('next'));
  });

  it('are made of 32 MiB, however few the records', async () => {
    const log = await opened();
    await log.write({ ...record('large'), requestParameters: { text: 'x'.repeat(32 * 1024 * 1024) } });
    await vi.waitFor(async () => expect(await filedIds()).toEqual(['large']), 5000);
  });

  it('are made a minute after the first record, not earlier, and never without records', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const log = await opened();
    expect(vi.getTimerCount()).toBe(0);
    await log.write(record('one'));
    vi.advanceTimersByTime(30_000);
    await log.write(record('two'));
    vi.advanceTimersByTime(29_999);
    expect(await files()).toEqual(['spool.jsonl']);
    vi.advanceTimersByTime(1);
    await vi.waitFor(async () => expect(await filedIds()).toEqual(['one', 'two']));
    await vi.waitFor(async () => expect(await files()).toHaveLength(1));
    expect(vi.getTimerCount()).toBe(0);
  });

  it('do not hold up records: those that come while files are made are acknowledged before', async () => {
    const log = await opened();
    let finish = () => {};
    const stuck = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const prototype = await handles();
    const { sync } = prototype;
    vi.spyOn(prototype, 'sync').mockImplementationOnce(async function (this: typeof prototype) {
      await stuck;
      return sync.call(this);
    });
    await writeAll(log, names(5000));
    await writeAll(log, names(5000, 'more '));
    expect(await filedIds()).toEqual([]);
    finish();
    await log.close();
    expect((await filedIds()).sort()).toEqual([...names(5000), ...names(5000, 'more ')].sort());
  });
});

describe('closing', () => {
  it('writes out what was under way, twice over is once, and refuses what comes later', async () => {
    const log = await opened();
    const writes = writeAll(log, names(100));
    await Promise.all([log.close(), log.close()]);
    await writes;
    expect(await filedIds()).toEqual(names(100));
    expect(await files()).toHaveLength(1);
    await expect(log.write(record('late'))).rejects.toThrow('closed');
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
    const log = await opened();
    await log.write(record('one'));
    await writeFile(join(folder, 'AWSLogs'), 'in the way');
    await log.close();
    expect(logged).toMatchObject([{ level: 'error', message: expect.stringContaining('starts again') }]);
    await rm(join(folder, 'AWSLogs'));
    await opened();
    expect(await filedIds()).toEqual(['one']);
  });
});

describe('what a crash left behind', () => {
  it('becomes log files before the log opens, whether it was set aside or not', async () => {
    await leave('spool.jsonl', line('new'));
    await leave(spoolName, line('old'));
    await opened();
    expect((await filedIds()).sort()).toEqual(['new', 'old']);
    expect(await files()).toContain(fileOf('111122223333', 'us-east-1'));
    expect(await files()).toHaveLength(2);
    expect(logged).toEqual([]);
  });

  it.each([
    ['all of its files there', 2],
    ['one of its files there', 1],
    ['none of its files there', 0],
  ])('becomes the same files, byte for byte, with %s', async (_, there) => {
    const lines = line('a') + line('b', '444455556666') + line('c');
    await leave(spoolName, lines);
    await opened();
    const made = await files();
    expect(made).toHaveLength(2);
    const before = await Promise.all(made.map((file) => readFile(join(folder, file))));

    for (const file of made.slice(there)) await rm(join(folder, file));
    await leave(spoolName, lines);
    await opened();
    expect(await files()).toEqual(expect.arrayContaining(made));
    expect(await files()).toHaveLength(2);
    expect(await Promise.all(made.map((file) => readFile(join(folder, file))))).toEqual(before);
  });

  it.each([
    ['a line without its end', '{"eventID":"to'],
    ['a whole record without a line break', line('unended').trimEnd()],
    ['a line cut within a character', Buffer.from(line('cut')).subarray(0, Buffer.from(line('cut')).indexOf(0xc3) + 1)],
    ['a line that is not JSON', '{"eventID":"to\n'],
    ['the zeros of a power cut', '\0'.repeat(1000)],
  ])('loses %s at the end, which was never acknowledged, and says so', async (_, torn) => {
    await leave('spool.jsonl', Buffer.concat([Buffer.from(line('whole')), Buffer.from(torn)]));
    await opened();
    expect(await filedIds()).toEqual(['whole']);
    expect(await files()).toHaveLength(1);
    expect(logged).toMatchObject([{ level: 'warn', message: expect.stringContaining('torn last line') }]);
  });

  it('makes no log file of a torn line alone', async () => {
    await leave('spool.jsonl', '{"eve');
    await opened();
    expect(await files()).toEqual([]);
  });

  it.each([
    ['is not JSON', '{"eventID":"to\n', ''],
    ['is not JSON, before a torn one', '{"eventID":"to\n', '{"eve'],
    ['is empty', '\n', ''],
    ['is null', 'null\n', ''],
    ['would leave the folder', line('evil', '../../111122223333'), ''],
  ])('is kept aside and reported, the rest of it filed, when a line in the middle %s', async (_, broken, torn) => {
    const left = line('a') + broken + (torn || line('b'));
    await leave(spoolName, left);
    await opened();
    expect(await filedIds()).toEqual(torn ? ['a'] : ['a', 'b']);
    const kept = spoolName.replace('jsonl', 'broken');
    expect((await files()).sort()).toEqual([kept, fileOf('111122223333', 'us-east-1')].sort());
    expect(await readFile(join(folder, kept), 'utf8')).toBe(left);
    expect(logged.at(-1)).toMatchObject({ level: 'error', message: expect.stringContaining('1 lines are no audit') });
    expect(logged.at(-1)?.message).toContain('line 2');
  });

  it('passes bytes on as they are, also those that are not UTF-8', async () => {
    const bytes = Buffer.concat([
      Buffer.from(line('odd').trimEnd().slice(0, -1)),
      Buffer.from(',"x":"\xff\xfe"}\n', 'latin1'),
    ]);
    await leave(spoolName, bytes);
    await opened();
    const filed = gunzipSync(await readFile(join(folder, fileOf('111122223333', 'us-east-1'))));
    expect(filed).toEqual(Buffer.concat([Buffer.from('{"Records":['), bytes.subarray(0, -1), Buffer.from(']}')]));
  });

  it('does not hold up other spools when one cannot be filed', async () => {
    await leave(spoolName, line('a'));
    await mkdir(join(folder, fileOf('111122223333', 'us-east-1')), { recursive: true }); // in the way
    await leave(spoolName.replace('2359', '2358').replace('Ab', 'aB'), line('b'));
    await opened();
    expect((await files()).filter((file) => file.endsWith('gz'))).toHaveLength(1);
    expect(await files()).toContain(spoolName);
    expect(logged).toMatchObject([{ level: 'error' }]);
  });
});
