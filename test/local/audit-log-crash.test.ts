import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openAuditLog } from '../../local/audit/audit-log.ts';
import { compiledFolder } from '../compiled-folder.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'audit-log-crash-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const urlOf = (path: string) => JSON.stringify(new URL(`../../${path}`, import.meta.url));

/** Runs a program with `audit` open until it ends, or is killed. @returns what it printed, and the signal that ended it */
const run = async (body: string, killAfter?: (firstOutput: Promise<unknown>) => Promise<unknown>) => {
  const program = `
    import { writeSync } from 'node:fs';
    const { openAuditLog } = await import(${urlOf('local/audit/audit-log.ts')});
    const { entryOf } = await import(${urlOf('lambdas/pipeline/audit-entry.ts')});
    const audit = await openAuditLog({ folder: ${JSON.stringify(folder)}, now: () => new Date(), log: () => {} });
    const record = (eventID) => ({ eventID, recipientAccountId: eventID.length % 2 ? '111122223333' : '444455556666', awsRegion: 'us-east-1' });
    ${body}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: compiledFolder },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  void killAfter?.(once(child.stdout, 'data')).then(() => child.kill('SIGKILL'));
  const signal = await new Promise((resolve) => child.on('close', (_code, signal) => resolve(signal)));
  return { printed: output.split('\n').slice(0, -1), signal };
};

/** How often each record is in the log files. */
const filed = async (): Promise<Map<string, number>> => {
  const counts = new Map<string, number>();
  for (const file of await readdir(folder, { recursive: true })) {
    if (!file.endsWith('.json.gz')) continue;
    const { Records } = JSON.parse(gunzipSync(await readFile(join(folder, file))).toString());
    for (const { eventID } of Records) counts.set(eventID, (counts.get(eventID) ?? 0) + 1);
  }
  return counts;
};

it('has every acknowledged record exactly once after 6 kills, in storms of writes and while log files are made', async () => {
  const acknowledged: string[] = [];
  for (let round = 1; round <= 6; round++) {
    const storm = `
      await Promise.all(Array.from({ length: 64 }, async (_, caller) => {
        for (let n = 0; ; n++) {
          const id = ['${round}', caller, n].join('-');
          await audit.write(entryOf(record(id)));
          writeSync(1, id + '\\n');
        }
      }));`;
    // Every other time while the log is still being opened, as like as not.
    const { printed, signal } = await run(storm, async (firstOutput) => {
      if (round % 2 === 0) await firstOutput;
      await pause(50 + randomInt(400));
    });
    expect(signal).toBe('SIGKILL');
    acknowledged.push(...printed);
  }
  const audit = await openAuditLog({ folder, now: () => new Date(), log: () => {} });
  await audit.close();

  const counts = await filed();
  expect(acknowledged.length).toBeGreaterThan(3 * 64);
  expect(acknowledged.filter((id) => !counts.has(id))).toEqual([]);
  expect([...counts].filter(([, count]) => count !== 1)).toEqual([]);
  expect(await readdir(folder)).toEqual(['AWSLogs']);
  const paths = await readdir(folder, { recursive: true });
  expect(paths.filter((path) => path.endsWith('.tmp'))).toEqual([]);
}, 120_000);

it('does not keep a process alive', async () => {
  const started = Date.now();
  const { printed, signal } = await run(`await audit.write(entryOf(record('one'))); console.log('written');`);
  expect([printed, signal]).toEqual([['written'], null]);
  expect(Date.now() - started).toBeLessThan(30_000);
}, 70_000);
