import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entryOf } from '../../lambdas/pipeline/audit-entry.ts';
import type { LogEntry } from '../../lambdas/pipeline/ports.ts';
import { readRecords } from '../../local/audit/read-records.ts';
import { openSignedAuditLog } from '../../local/audit/signed-audit-log.ts';
import { steadyClock } from '../../local/audit/steady-clock.ts';
import { verifyFolder } from '../../local/audit/verify-folder.ts';
import { rsaPair } from '../rsa-keys.ts';

const { privateKey } = await rsaPair(2048);
let data = '';
let folder = '';
let now = new Date(0);
let logged: LogEntry[] = [];
const log = (entry: LogEntry) => void logged.push(entry);

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'steady-clock-'));
  folder = join(data, 'audit');
  await writeFile(join(data, 'key.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }));
  logged = [];
});
afterEach(() => rm(data, { recursive: true, force: true }));

describe('a steady clock', () => {
  const at = async (time: string) => {
    now = new Date(time);
    let elapsed = 0;
    const clock = await steadyClock(
      folder,
      () => now,
      log,
      () => elapsed,
    );
    return {
      told: () => clock().toISOString(),
      move: (to: string) => {
        now = new Date(to);
      },
      wait: (seconds: number) => {
        elapsed += seconds * 1000;
        now = new Date(now.getTime() + seconds * 1000);
      },
    };
  };

  it('tells the time, and follows where it is moved on', async () => {
    const clock = await at('2027-01-31T10:00:00Z');
    clock.wait(5);
    expect(clock.told()).toBe('2027-01-31T10:00:05.000Z');
    clock.move('2027-02-08T10:00:00Z');
    expect(clock.told()).toBe('2027-02-08T10:00:00.000Z');
    expect(logged).toEqual([]);
  });

  it('goes on from where it was when the time goes back, until that is overtaken, and says so once', async () => {
    const clock = await at('2027-01-31T10:00:00Z');
    clock.told();
    clock.move('2027-01-31T08:00:00Z');
    expect(clock.told()).toBe('2027-01-31T10:00:00.000Z');
    clock.wait(3600);
    expect(clock.told()).toBe('2027-01-31T11:00:00.000Z');
    expect(logged).toMatchObject([{ level: 'warn', message: expect.stringContaining('The clock went back') }]);
    expect(logged[0]?.message).toContain('2027-01-31T10:00:00.000Z');
    clock.move('2027-01-31T12:00:00Z');
    expect(clock.told()).toBe('2027-01-31T12:00:00.000Z');
  });

  it('keeps to itself that a clock was set right by seconds', async () => {
    const clock = await at('2027-01-31T10:00:30Z');
    clock.told();
    clock.move('2027-01-31T10:00:00Z');
    expect(clock.told()).toBe('2027-01-31T10:00:30.000Z');
    expect(logged).toEqual([]);
  });
});

describe('an audit log whose clock is moved back', () => {
  const open = () => openSignedAuditLog({ folder, openKey: async () => privateKey, clock: () => now, log });
  const record = (eventID: string) => ({
    eventID,
    recipientAccountId: '111122223333',
    awsRegion: 'us-east-1',
    eventTime: `${now.toISOString().slice(0, 19)}Z`,
  });
  const damages = async () => {
    const verified = [...(await verifyFolder({ folder, keyFiles: [join(data, 'key.pem')] })).values()];
    return verified.flatMap((one) => one.damages);
  };
  const ids = async () => {
    const found: unknown[] = [];
    for await (const { eventID, eventTime } of readRecords(folder, undefined, () => {}))
      found.push([eventID, eventTime]);
    return found;
  };
  const [before, late, early] = ['2027-01-31T09:00:00Z', '2027-02-08T10:00:00Z', '2027-01-31T10:20:00Z'];

  /** A day of calls before the clock was moved on, and one after. */
  const runTwice = async () => {
    for (const [time, id] of [
      [before, 'a'],
      [late, 'b'],
    ] as const) {
      now = new Date(time);
      const audit = await open();
      await audit.write(entryOf(record(id)));
      await audit.close(); // which makes a digest
    }
  };
  const all = [
    ['a', before],
    ['b', late],
    ['c', early],
  ];

  it('loses no record and can be verified, also after it was closed', async () => {
    await runTwice();
    now = new Date(early);
    const audit = await open();
    await audit.write(entryOf(record('c')));
    expect(await damages()).toEqual([]);
    await audit.close();
    expect(await damages()).toEqual([]);
    expect((await ids()).sort()).toEqual(all);
    expect(logged).toMatchObject([{ level: 'warn', message: expect.stringContaining('The clock went back') }]);
  });

  it('has what was made of it before a crash in the next digest, and takes it for nobody’s addition', async () => {
    await runTwice();
    now = new Date(early);
    const crashed = await open();
    await crashed.write(entryOf(record('c')));
    const copy = join(data, 'copy');
    await cp(folder, copy, { recursive: true });
    await crashed.close();
    await rm(folder, { recursive: true });
    await cp(copy, folder, { recursive: true });

    const afterwards = await open();
    expect(await damages()).toEqual([]);
    await afterwards.close();
    expect(await damages()).toEqual([]);
    expect((await ids()).sort()).toEqual(all);
  });
});
