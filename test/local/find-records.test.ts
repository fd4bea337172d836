import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { entryOf } from '../../lambdas/pipeline/audit-entry.ts';
import { findRecords } from '../../local/audit/find-records.ts';
import { folder, leave, newAuditFolders, opened, record } from './audit-folder.ts';

newAuditFolders();

const requestID = '5c5f2f5e-3f0b-4c63-9a3a-5b1a6f3c8a10';
const wanted = (eventID: string, ...place: [account?: string, region?: string]) => ({
  ...record(eventID, ...place),
  requestID,
});

/** A log file of a minute, as the service or a copy of a bucket would have it. */
const file = async (minute: string, body: string | Uint8Array, region = 'us-east-1', account = '111122223333') => {
  const day = `${minute.slice(0, 4)}/${minute.slice(4, 6)}/${minute.slice(6, 8)}`;
  const name = `${account}_CloudTrail_${region}_${minute}Z_AbCdEfGhIjKl0123.json.gz`;
  const path = join(folder, 'AWSLogs', account, 'CloudTrail', region, day, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, typeof body === 'string' ? gzipSync(body) : body);
};
const bodyOf = (...records: object[]) => JSON.stringify({ Records: records });

const warned: string[] = [];
const find = async () => {
  warned.length = 0;
  return (await findRecords(folder, requestID, (message) => warned.push(message))).map(({ eventID }) => eventID);
};

describe('the records of a request', () => {
  it('are found while the service writes, and after it has made log files', async () => {
    const log = await opened();
    await log.write(entryOf(record('other')));
    await log.write(entryOf(wanted('one')));
    expect(await find()).toEqual(['one']);
    await log.write(entryOf(record('next'))); // reading did not disturb it
    await log.close();
    expect(await find()).toEqual(['one']);
  });

  it('are found in a spool that was set aside, also beside lines that are no records', async () => {
    await leave('20270131T2359Z_AbCdEfGhIjKl0123.jsonl', `${JSON.stringify(wanted('aside'))}\n`);
    expect(await find()).toEqual(['aside']);
  });

  it('are found in a spool that was kept because it is broken', async () => {
    await leave('20270131T2359Z_AbCdEfGhIjKl0123.broken', `nonsense\n${JSON.stringify(wanted('kept'))}\n`);
    expect(await find()).toEqual(['kept']);
  });

  it('do not count before their line is whole', async () => {
    await leave('spool.jsonl', `${JSON.stringify(record('other'))}\n${JSON.stringify(wanted('torn')).slice(0, -1)}`);
    expect(await find()).toEqual([]);
  });

  it('are not those that only mention it', async () => {
    const inContext = {
      ...record('mentions'),
      requestID: 'another',
      requestParameters: { encryptionContext: { requestID } },
    };
    const inText = { ...record('quotes'), requestID: 'another', userAgent: `"requestID":"${requestID}"` };
    await leave('spool.jsonl', [inContext, inText].map((each) => `${JSON.stringify(each)}\n`).join(''));
    await file('20270131T2359', bodyOf(inContext, inText));
    expect(await find()).toEqual([]);
  });

  it('are found together where one call made several, for two Regions', async () => {
    await file('20270130T0000', bodyOf(record('older')));
    await file('20270131T0000', bodyOf(wanted('east')));
    await file('20270131T0000', bodyOf(record('other'), wanted('west', '111122223333', 'us-west-2')), 'us-west-2');
    expect((await find()).sort()).toEqual(['east', 'west']);
  });

  it('are looked for in the newest file first, whatever the account and Region, and no further than needed', async () => {
    await file('20261231T2359', 'not even JSON', 'us-east-1', '444455556666');
    await file('20270107T0001', bodyOf(wanted('of last week')), 'eu-west-1');
    await file('20270107T0002', bodyOf(record('newer')), 'us-east-1', '444455556666');
    expect(await find()).toEqual(['of last week']);
    expect(warned).toEqual([]);
  });

  it('are looked for beyond a file that cannot be read, of which the user is told', async () => {
    await file('20270107T0000', bodyOf(wanted('older')));
    await file('20270108T0000', gzipSync(bodyOf(record('cut'))).subarray(0, 30));
    await writeFile(join(folder, 'AWSLogs/111122223333/CloudTrail/us-east-1/2027/01/07/notes.txt'), 'what is this?');
    expect(await find()).toEqual(['older']);
    expect(warned).toEqual([expect.stringMatching(/20270108T0000Z_\w+\.json\.gz cannot be read: /)]);
  });

  it('are nowhere when there is no folder', async () => {
    expect(await find()).toEqual([]);
  });

  it('are looked for in files of any number and size without holding them in memory', async () => {
    const filler = { ...record('filler'), filler: 'x'.repeat(64 * 1024) };
    const part = gzipSync(bodyOf(...Array.from({ length: 512 }, () => filler)), { level: 1 }); // of 32 MB
    await file('20270131T0010', Buffer.concat(Array.from({ length: 8 }, () => part)));
    for (let minute = 11; minute < 60; minute += 1) await file(`20270131T00${minute}`, bodyOf(record('other')));
    let most = 0;
    const before = process.memoryUsage().arrayBuffers;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }, 5);
    expect(await find()).toEqual([]);
    clearInterval(watch);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(192 * 1024 * 1024); // of 256; what is let go is not collected at once
  });
});
