import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { filedRecords } from './audit-files.ts';
import { inspect } from './crash-inspection.ts';
import { newWorld, runClients } from './crash-world.ts';
import { newFolder, removeFolders } from './folders.ts';
import { sdkClient } from './sdk-client.ts';
import { killAll, startKms } from './start-kms.ts';

const lives = 5;
/** Of the clients, before the kill. */
const longestMilliseconds = 500;

describe('a service that is killed again and again', () => {
  afterAll(async () => {
    await killAll();
    await removeFolders();
  });

  it('keeps all that it acknowledged, lists what it has, and has each call in its audit files once', async () => {
    const data = await newFolder();
    const world = newWorld();
    const began = performance.now();

    for (let life = 0; life <= lives; life += 1) {
      const service = await startKms({ data });
      const kms = await sdkClient(service);
      expect(await inspect(kms, world), `life ${life}`).toEqual([]);
      if (life < lives) {
        const clients = runClients(kms, world, life);
        await pause(randomInt(20, longestMilliseconds));
        expect(await service.kill()).toMatchObject({ signal: 'SIGKILL' });
        await clients;
      } else {
        expect(await service.stop()).toMatchObject({ code: 0 });
      }
      kms.destroy();
      expect(service.stderr()).not.toMatch(/^error/m);
      expect(world.errors).toEqual([]);
    }

    const records = await filedRecords(data);
    const times = new Map<string, number>();
    for (const { requestID } of records) times.set(requestID, (times.get(requestID) ?? 0) + 1);
    const missing = [...world.answered].filter((id) => !times.has(id));
    expect(missing, `of ${world.answered.size} answered calls`).toEqual([]);
    expect([...times].filter(([, count]) => count > 1)).toEqual([]);
    expect(new Set(records.map(({ eventID }) => eventID)).size).toBe(records.length);
    // what is on record beyond the answers are calls whose answer the kill cut off
    expect(records.length - world.answered.size).toBeLessThanOrEqual(world.silent);

    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(
      `crash: ${lives} kills in ${seconds} s; ${world.answered.size} calls answered, ${world.silent} cut off, ` +
        `${world.keys.length} keys, ${records.length} audit records`,
    );
  }, 120_000);
});
