import { appendFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { entryOf } from '../../lambdas/pipeline/audit-entry.ts';
import { followSpool } from '../../local/audit/follow-spool.ts';
import { readRecords } from '../../local/audit/read-records.ts';
import { folder, leave, line, newAuditFolders, opened, record, spoolName, writeAll } from './audit-folder.ts';

newAuditFolders();

const idsOf = async (from?: Date): Promise<unknown[]> => {
  const ids: unknown[] = [];
  for await (const { eventID } of readRecords(folder, from, () => {})) ids.push(eventID);
  return ids;
};

it('reads log files, the oldest first, then spools, each record once', async () => {
  const first = await opened();
  await writeAll(first, ['a', 'b']);
  await first.close();
  const second = await opened();
  await writeAll(second, ['c']);
  await leave(spoolName, line('d'));
  // As while a log file is made of it: the spool is there still.
  expect(await idsOf()).toEqual(['a', 'b', 'd', 'c']);
  await leave(spoolName, line('a') + line('b'));
  expect(await idsOf()).toEqual(['a', 'b', 'c']);
});

it('leaves out log files of days before', async () => {
  const log = await opened();
  await writeAll(log, ['a']);
  await log.close();
  expect(await idsOf(new Date('2027-01-31T23:00:00Z'))).toEqual(['a']);
  expect(await idsOf(new Date('2027-02-01T00:00:00Z'))).toEqual([]);
});

it('follows the spool from now on, also while it becomes log files, and leaves a torn line until it is whole', async () => {
  const log = await opened();
  await writeAll(log, ['before']);
  const stop = new AbortController();
  const seen: unknown[] = [];
  const following = (async () => {
    for await (const { eventID } of followSpool(folder, stop.signal)) {
      seen.push(eventID);
      if (eventID === 'e') stop.abort();
    }
  })();
  await new Promise((resolve) => setTimeout(resolve, 1000)); // it has found the end of what is there
  await writeAll(log, ['a', 'b']);
  await log.close();
  const next = await opened();
  await writeAll(next, ['c']);
  await expect.poll(() => seen).toEqual(['a', 'b', 'c']);
  const [begin, end] = [line('d').slice(0, 20), line('d').slice(20)];

  await appendFile(`${folder}/spool.jsonl`, begin);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(seen).toEqual(['a', 'b', 'c']);
  await appendFile(`${folder}/spool.jsonl`, end);
  await next.write(entryOf(record('e')));
  await following;
  expect(seen).toEqual(['a', 'b', 'c', 'd', 'e']);
});

it('waits for a folder that is not there yet', async () => {
  const stop = new AbortController();
  const following = followSpool(folder, stop.signal);
  const first = following.next();
  await new Promise((resolve) => setTimeout(resolve, 50));
  await writeAll(await opened(), ['a']);
  expect((await first).value).toMatchObject({ eventID: 'a' });
  stop.abort();
  await following.return(undefined);
});
