import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { entryOf } from '../../lambdas/pipeline/audit-entry.ts';
import {
  filedIds,
  fileOf,
  files,
  folder,
  handles,
  leave,
  line,
  logged,
  names,
  newAuditFolders,
  opened,
  record,
  recordsOf,
  spoolName,
  writeAll,
} from './audit-folder.ts';

newAuditFolders();

describe('log files', () => {
  it('are one per account and Region, named and filled as CloudTrail does', async () => {
    const log = await opened();
    const places = ['111122223333', '444455556666'].flatMap((account) =>
      ['us-east-1', 'us-gov-west-1'].map((region) => [account, region] as const),
    );
    for (const id of ['a', 'b']) {
      await Promise.all(
        places.map(([account, region]) => log.write(entryOf(record(`${account} ${region} ${id}`, account, region)))),
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
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const log = await opened();
    await writeAll(log, names(4999));
    expect((await files()).filter((file) => file !== 'spool.jsonl')).toEqual([]);
    await log.write(entryOf(record('last')));
    expect(vi.getTimerCount()).toBe(0);
    await log.write(entryOf(record('next')));
    await expect.poll(filedIds).toEqual([...names(4999), 'last']);
    expect(await readFile(join(folder, 'spool.jsonl'), 'utf8')).toBe(line('next'));
  });

  it('are made when the next spool is there, which could have to wait for them', async () => {
    const log = await opened();
    const prototype = await handles();
    const { sync } = prototype;
    const begun: boolean[] = [];
    vi.spyOn(prototype, 'sync').mockImplementation(async function (this: typeof prototype) {
      begun.push((await files()).includes('spool.jsonl'));
      return sync.call(this);
    });
    await writeAll(log, names(5000));
    await expect.poll(filedIds).toHaveLength(5000);
    expect(new Set(begun)).toEqual(new Set([true]));
    await log.write(entryOf(record('next')));
    expect(await readFile(join(folder, 'spool.jsonl'), 'utf8')).toBe(line('next'));
    await log.close();
    expect(await filedIds()).toHaveLength(5001);
  });

  it('hold what is in the spool, should somebody have changed it since it was written', async () => {
    const log = await opened();
    await writeAll(log, ['one', 'two']);
    const changed = [record('one', '444455556666'), record('two', '444455556666')];
    await writeFile(join(folder, 'spool.jsonl'), changed.map((each) => `${JSON.stringify(each)}\n`).join(''));
    await log.close();
    const [file = '', ...others] = await files();
    expect(others).toEqual([]);
    expect(file).toContain('/444455556666/');
    expect(await recordsOf(file)).toEqual(changed);
  });

  it('are made of 32 MiB, however few the records', async () => {
    const log = await opened();
    await log.write(entryOf({ ...record('large'), requestParameters: { text: 'x'.repeat(32 * 1024 * 1024) } }));
    await expect.poll(filedIds).toEqual(['large']);
  });

  it('are made a minute after the first record, not earlier, and never without records', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const log = await opened();
    expect(vi.getTimerCount()).toBe(0);
    await log.write(entryOf(record('one')));
    vi.advanceTimersByTime(30_000);
    await log.write(entryOf(record('two')));
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(29_999);
    expect(await files()).toEqual(['spool.jsonl']);
    vi.advanceTimersByTime(1);
    await expect.poll(filedIds).toEqual(['one', 'two']);
    await expect.poll(files).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('do not hold up records, be it enough for more files', async () => {
    const log = await opened();
    const { promise: diskAnswers, resolve: letDiskAnswer } = Promise.withResolvers<void>();
    const prototype = await handles();
    const { sync } = prototype;
    const stuck = vi.spyOn(prototype, 'sync').mockImplementationOnce(async function (this: typeof prototype) {
      await diskAnswers;
      return sync.call(this);
    });
    await writeAll(log, names(5000));
    await expect.poll(() => stuck).toHaveBeenCalledOnce();
    await writeAll(log, names(5000, 'more '));
    await log.write(entryOf(record('one more')));
    expect(await filedIds()).toEqual([]);
    letDiskAnswer();
    await log.close();
    expect((await filedIds()).sort()).toEqual([...names(5000), ...names(5000, 'more '), 'one more'].sort());
    expect(logged).toEqual([]);
  });

  it('are made when the name of the spool is on disk, so that a power cut cannot have it filed twice', async () => {
    const log = await opened();
    await log.write(entryOf(record('one')));
    const { ino } = await stat(folder);
    const prototype = await handles();
    const { sync, writeFile: write } = prototype;
    const synced: number[] = [];
    vi.spyOn(prototype, 'sync').mockImplementation(async function (this: typeof prototype) {
      await sync.call(this);
      synced.push((await this.stat()).ino);
    });
    let before: number[] = [];
    vi.spyOn(prototype, 'writeFile').mockImplementationOnce(function (this: typeof prototype, data) {
      before = [...synced];
      return write.call(this, data);
    });
    await log.close();
    expect(before).toEqual([ino]);
  });

  it('are on disk, and their names, before the spool goes', async () => {
    const log = await opened();
    await log.write(entryOf(record('one')));
    const prototype = await handles();
    const { sync } = prototype;
    const steps: string[] = [];
    vi.spyOn(prototype, 'sync').mockImplementation(async function (this: typeof prototype) {
      await sync.call(this);
      const there = await files();
      steps.push(`${there.some((file) => file.endsWith('.gz'))} ${there.some((file) => file.endsWith('.jsonl'))}`);
    });
    await log.close();
    // the folder of the spool; the log file under its first name; the folder that has its name
    expect(steps).toEqual(['false true', 'false true', 'true true']);
    expect((await files()).some((file) => file.endsWith('.jsonl'))).toBe(false);
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

  it('does not leave the beginnings of files in the log', async () => {
    const path = fileOf('111122223333', 'us-east-1');
    const begun = path.replace(/[^/]+$/, (name) => `.${name}.0000-0000.tmp`);
    await mkdir(join(folder, begun, '..'), { recursive: true });
    await leave(begun, 'begun');
    await leave(spoolName, line('a'));
    await opened();
    expect(await files()).toEqual([path]);
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
    ['shorter', line('a')],
    ['cut within a line', line('a') + line('b').slice(0, 20)],
    ['zeros', '\0'.repeat(line('a').length * 2)],
    ['empty', ''],
  ])('is not filed anew where its log file is there, should a power cut have made it %s', async (_, left) => {
    await leave(spoolName, line('a') + line('b'));
    await opened();
    const before = await readFile(join(folder, fileOf('111122223333', 'us-east-1')));
    await leave(spoolName, left);
    await opened();
    expect(await files()).toEqual([fileOf('111122223333', 'us-east-1')]);
    expect(await readFile(join(folder, fileOf('111122223333', 'us-east-1')))).toEqual(before);
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

  const a = line('a');
  it.each([
    ['is not JSON', `${a}{"eventID":"to\n${a}`, 2],
    ['is not JSON, before a torn one', `${a}{"eventID":"to\n{"eve`, 1],
    ['is empty', `${a}\n${a}`, 2],
    ['is null', `${a}null\n${a}`, 2],
    ['would leave the folder', `${a}${line('evil', '../../111122223333')}${a}`, 2],
    ['is a record of nobody, though the last one', `${a}{"eventID":"nobody"}\n`, 1],
  ])('is kept aside and reported, and the rest of it filed, when a line %s', async (_, left, good) => {
    await leave(spoolName, left);
    await opened();
    expect(await filedIds()).toEqual(Array(good).fill('a'));
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
