import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { entryOf } from '../../../lambdas/pipeline/audit-entry.ts';
import { type LocalAuditLog, openAuditLog } from '../../../local/audit/audit-log.ts';
import { followSpool } from '../../../local/audit/follow-spool.ts';
import { readRecords } from '../../../local/audit/read-records.ts';

let folder: string;
const spoolOf = (front: string) => join(folder, 'fronts', front, 'spool.jsonl');
const record = (eventID: string) =>
  entryOf({ recipientAccountId: '111122223333', awsRegion: 'us-east-1', eventID, eventTime: '2027-01-31T23:59:58Z' });

const openOwner = () => openAuditLog({ folder, now: () => new Date(), log: () => {} });
const openFront = async (name: string, takeOver: LocalAuditLog['takeOver']) => {
  const path = spoolOf(name);
  await mkdir(dirname(path), { recursive: true });
  return openAuditLog({ folder, now: () => new Date(), log: () => {}, beside: { path, takeOver } });
};
const idsOnRecord = async () => {
  const ids: unknown[] = [];
  for await (const { eventID } of readRecords(folder, undefined, () => {})) ids.push(eventID);
  return ids;
};

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'kms-fronts-')), 'audit');
});
afterEach(() => rm(dirname(folder), { recursive: true }));

it('are read with that of the service, while they are written and when they became log files', async () => {
  const owner = await openOwner();
  const [a, b] = [await openFront('a', owner.takeOver), await openFront('b', owner.takeOver)];
  const stop = new AbortController();
  const told: unknown[] = [];
  const following = (async () => {
    for await (const { eventID } of followSpool(folder, stop.signal)) {
      told.push(eventID);
      if (told.length === 4) stop.abort();
    }
  })();
  await new Promise((resolve) => setTimeout(resolve, 1000)); // it has found the end of what is there
  await owner.write(record('o1'));
  await a.write(record('a1'));
  await b.write(record('b1'));
  expect((await idsOnRecord()).sort()).toEqual(['a1', 'b1', 'o1']);
  await expect.poll(() => told).toHaveLength(3);
  await a.close(); // its spool gets its last name
  await b.write(record('b2'));
  expect((await idsOnRecord()).sort()).toEqual(['a1', 'b1', 'b2', 'o1']);
  await b.close();
  await owner.close();
  await following;
  expect(told.sort()).toEqual(['a1', 'b1', 'b2', 'o1']);
  expect((await idsOnRecord()).sort()).toEqual(['a1', 'b1', 'b2', 'o1']);
  expect((await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.jsonl'))).toEqual([]);
});

it('of fronts whose owner was killed are taken by the next, and nothing is acknowledged into them any more', async () => {
  const front = await openFront('a', async () => undefined); // as an answer that was on its way says
  await front.write(record('a1'));
  await writeFile(join(folder, 'fronts', 'what somebody put there'), '');
  const next = await openOwner();
  for (const late of ['a2', 'a3', 'a4']) await expect(front.write(record(late))).rejects.toThrow();
  await next.close();
  expect(await idsOnRecord()).toEqual(['a1']);
});
