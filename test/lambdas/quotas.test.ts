import { beforeEach, describe, expect, it } from 'vitest';
import { awsResourceQuotas, type Quotas, type ResourceQuotas } from '../../core/model/quotas.ts';
import { newQuotas } from '../../lambdas/quotas.ts';

const refused = { name: 'LimitExceededException' };
const owner = '111122223333';

/** Things as a store has them: made and deleted, and counted, which costs. */
let stored: number;
let counts: number;
let nowMs: number;
let quotas: Quotas;

const start = (limits: Partial<ResourceQuotas>, onlyWriter = true) => {
  const all = { keys: 3, aliasesPerKey: 3, grantsPerKey: 3, ...limits };
  quotas = newQuotas(all, { clock: () => new Date(nowMs), onlyWriter });
};
beforeEach(() => {
  stored = 0;
  counts = 0;
  nowMs = Date.UTC(2026, 10, 21);
});

const count = async (upTo: number) => {
  counts += 1;
  await Promise.resolve();
  return Math.min(stored, upTo);
};
/** Takes some time, as writing does. */
const write = async () => {
  for (let i = 0; i < 10; i += 1) await Promise.resolve();
  stored += 1;
};
const make = (of = owner) => quotas.within('keys', of, count, write);

it('AWS has quotas of 100,000 keys, 50 aliases a key and 50,000 grants a key', () => {
  expect(awsResourceQuotas).toEqual({ keys: 100_000, aliasesPerKey: 50, grantsPerKey: 50_000 });
});

describe('a quota', () => {
  it('lets so many be made, and refuses the next in the words of AWS', async () => {
    start({ keys: 2 });
    await make();
    await make();
    await expect(make()).rejects.toMatchObject({
      ...refused,
      message: 'Key quota for this account in this region is 2, current usage is 2.',
    });
    expect(stored).toBe(2);
  });

  it('counts what was there before', async () => {
    start({ keys: 5 });
    stored = 4;
    await make();
    await expect(make()).rejects.toMatchObject(refused);
  });

  it('is each owner’s own', async () => {
    start({ keys: 1 });
    await make('111122223333');
    await make('444455556666').catch(() => {});
    await expect(quotas.within('grantsPerKey', '111122223333', async () => 0, write)).resolves.toBeUndefined();
  });

  it('has room again once something is deleted', async () => {
    start({ keys: 2 });
    await make();
    await make();
    stored -= 1;
    await make();
    await expect(make()).rejects.toMatchObject(refused);
  });

  it.each([1, 2, 7])('holds however many are made at once: %i', async (most) => {
    start({ keys: most });
    const later = async (i: number) => {
      for (let wait = 0; wait < i; wait += 1) await Promise.resolve(); // so that they come at every point of another
      await make();
    };
    const made = await Promise.allSettled(Array.from({ length: 30 }, (_, i) => later(i)));
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(most);
    expect(stored).toBe(most);
  });

  it('is not used up by what could not be made', async () => {
    start({ keys: 2 });
    const failing = () => Promise.reject(new Error('no space left'));
    for (let i = 0; i < 5; i += 1) await expect(quotas.within('keys', owner, count, failing)).rejects.toThrow('space');
    await make();
    await make();
    expect(stored).toBe(2);
  });

  it('passes on what is made, and a count that failed, which is tried again', async () => {
    start({});
    await expect(quotas.within('keys', owner, () => Promise.reject(new Error('throttled')), write)).rejects.toThrow(
      'throttled',
    );
    expect(await quotas.within('keys', owner, count, async () => 'made')).toBe('made');
  });
});

describe('counting', () => {
  it('is done once, by the only writer, until the quota is reached', async () => {
    start({ keys: 100 });
    for (let i = 0; i < 100; i += 1) {
      nowMs += 3_600_000;
      await make();
    }
    expect(counts).toBe(1);
    await expect(make()).rejects.toMatchObject(refused);
    expect(counts).toBe(2);
  });

  it('is done again after a while, the longer the larger the quota, where others write too', async () => {
    start({ keys: 100_000 }, false);
    await make();
    nowMs += 999_000;
    await make();
    expect(counts).toBe(1);
    stored = 100_000; // made by others
    nowMs += 2000;
    await expect(make()).rejects.toMatchObject(refused);
    start({ keys: 50 }, false);
    await expect(make()).rejects.toMatchObject(refused);
    stored = 10;
    await make();
    stored = 50;
    nowMs += 600;
    await expect(make()).rejects.toMatchObject(refused);
  });

  it('is not done for everyone who asks in vain, where it is dear', async () => {
    start({ keys: 100_000 });
    stored = 100_000;
    for (let i = 0; i < 20; i += 1) await expect(make()).rejects.toMatchObject(refused);
    expect(counts).toBe(1);
    stored -= 1;
    nowMs += 10_000;
    await make();
    expect(counts).toBe(2);
  });

  it('goes no further than the quota', async () => {
    start({ keys: 7 });
    const asked: number[] = [];
    const upTo = async (most: number) => {
      asked.push(most);
      return 0;
    };
    await quotas.within('keys', owner, upTo, write);
    expect(asked).toEqual([7]);
  });
});
