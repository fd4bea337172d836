import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { newRecordCache } from '../../stores/cache.ts';
import { cachedStores } from '../../stores/cached.ts';
import type { Sweepers } from '../../stores/ports.ts';
import { AccountId, aliasRecord, keyRecord } from './embedded.ts';

interface Value {
  readonly version: number;
}

/** A promise that a test settles when it wants. */
const held = <T>() => Promise.withResolvers<T>();
const version = (n: number): Value => ({ version: n });
const never = (): Promise<Value> => Promise.reject(new Error('fetched, although a copy should be there'));

afterEach(() => vi.useRealTimers());

describe('a cache of records', () => {
  it('fetches once, then gives its copy', async () => {
    const cache = newRecordCache<Value>(Infinity);
    const fetch = vi.fn(async () => version(1));
    expect(await cache.read('k', fetch)).toEqual(version(1));
    expect(await cache.read('k', fetch)).toEqual(version(1));
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it('keeps records apart', async () => {
    const cache = newRecordCache<Value>(Infinity);
    await cache.read('a', async () => version(1));
    expect(await cache.read('b', async () => version(2))).toEqual(version(2));
    expect(await cache.read('a', never)).toEqual(version(1));
  });

  it('shares one fetch among reads at once', async () => {
    const cache = newRecordCache<Value>(Infinity);
    const { promise, resolve } = held<Value>();
    const fetch = vi.fn(() => promise);
    const reads = [cache.read('k', fetch), cache.read('k', fetch), cache.read('k', fetch)];
    resolve(version(1));
    expect(await Promise.all(reads)).toEqual([version(1), version(1), version(1)]);
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it('remembers neither misses nor failures', async () => {
    const cache = newRecordCache<Value>(Infinity);
    expect(await cache.read('k', async () => undefined)).toBeUndefined();
    await expect(cache.read('k', () => Promise.reject(new Error('throttled')))).rejects.toThrow('throttled');
    expect(await cache.read('k', async () => version(1))).toEqual(version(1));
  });

  it('keeps nothing when told to keep it for 0 seconds', async () => {
    const cache = newRecordCache<Value>(0);
    await cache.read('k', async () => version(1));
    expect(await cache.read('k', async () => version(2))).toEqual(version(2));
  });

  it('keeps a copy for the seconds it was told, and no longer', async () => {
    vi.useFakeTimers();
    const cache = newRecordCache<Value>(1);
    await cache.read('k', async () => version(1));
    vi.advanceTimersByTime(999);
    expect(await cache.read('k', never)).toEqual(version(1));
    vi.advanceTimersByTime(2);
    expect(await cache.read('k', async () => version(2))).toEqual(version(2));
  });

  it('keeps no more than it may', async () => {
    const cache = newRecordCache<Value>(Infinity, 4);
    let fetched = 0;
    const fetch = async () => {
      fetched += 1;
      return version(fetched);
    };
    for (let i = 0; i < 100; i += 1) await cache.read(`k${i}`, fetch);
    for (let i = 0; i < 100; i += 1) await cache.read(`k${i}`, fetch);
    expect(fetched).toBeGreaterThanOrEqual(192); // at most twice what it may, as it drops the older half
  });
});

describe('a write', () => {
  it('drops the copy, however it ended', async () => {
    const cache = newRecordCache<Value>(Infinity);
    for (const [before, write] of [
      [1, async () => 'done'],
      [2, () => Promise.reject(new Error('lost'))],
    ] as const) {
      await cache.read('k', async () => version(before));
      await cache.write('k', write).catch(() => {});
      expect(await cache.read('k', async () => version(before + 1))).toEqual(version(before + 1));
    }
  });

  it('gives back what it made, and fails as it failed', async () => {
    const cache = newRecordCache<Value>(Infinity);
    expect(await cache.write('k', async () => 'made')).toBe('made');
    await expect(cache.write('k', () => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
  });

  it('lets no read that begins during it be answered from an old copy', async () => {
    const cache = newRecordCache<Value>(Infinity);
    await cache.read('k', async () => version(1));
    const writing = held<void>();
    const write = cache.write('k', () => writing.promise);
    expect(await cache.read('k', async () => version(2))).toEqual(version(2));
    writing.resolve();
    await write;
  });

  it('lets no read that began before it leave a copy', async () => {
    const cache = newRecordCache<Value>(Infinity);
    const early = held<Value>();
    const read = cache.read('k', () => early.promise);
    await cache.write('k', async () => {});
    early.resolve(version(1));
    await read;
    expect(await cache.read('k', async () => version(2))).toEqual(version(2));
  });

  it('lets no read that ran during it leave a copy', async () => {
    const cache = newRecordCache<Value>(Infinity);
    const writing = held<void>();
    const write = cache.write('k', () => writing.promise);
    await cache.read('k', async () => version(1));
    writing.resolve();
    await write;
    expect(await cache.read('k', async () => version(2))).toEqual(version(2));
  });

  it('lets no read that begins during it share the fetch of another, which may have seen what was before', async () => {
    const cache = newRecordCache<Value>(Infinity);
    const [writing, early] = [held<void>(), held<Value>()];
    const write = cache.write('k', () => writing.promise);
    const first = cache.read('k', () => early.promise);
    expect(await cache.read('k', async () => version(2))).toEqual(version(2));
    early.resolve(version(1));
    expect(await first).toEqual(version(1));
    expect(await cache.read('k', async () => version(2))).toEqual(version(2));
    writing.resolve();
    await write;
  });

  it('lets no copy be kept before the last of several has ended', async () => {
    const cache = newRecordCache<Value>(Infinity);
    const [first, second] = [held<void>(), held<void>()];
    const writes = [first, second].map(({ promise }) => cache.write('k', () => promise));
    first.resolve();
    await writes[0];
    await cache.read('k', async () => version(1));
    expect(await cache.read('k', async () => version(2))).toEqual(version(2));
    second.resolve();
    await writes[1];
    await cache.read('k', async () => version(3));
    expect(await cache.read('k', never)).toEqual(version(3));
  });

  it('lets no read after it share a fetch that began before it', async () => {
    const cache = newRecordCache<Value>(Infinity);
    const early = held<Value>();
    const before = cache.read('k', () => early.promise);
    await cache.write('k', async () => {});
    const after = cache.read('k', async () => version(2));
    early.resolve(version(1));
    expect(await before).toEqual(version(1));
    expect(await after).toEqual(version(2));
    expect(await cache.read('k', never)).toEqual(version(2));
  });

  it('leaves other records alone', async () => {
    const cache = newRecordCache<Value>(Infinity);
    await cache.read('a', async () => version(1));
    await cache.write('b', async () => {});
    expect(await cache.read('a', never)).toEqual(version(1));
  });

  it('is never followed by an old copy, however reads and writes interleave', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.boolean(), { minLength: 2, maxLength: 12 }),
        async (scheduler, writes) => {
          const cache = newRecordCache<Value>(Infinity);
          let stored = 0;
          let acknowledged = 0;
          // A read takes its value at some moment of its flight, a write takes effect at some moment of its own.
          const fetch = async () => {
            await scheduler.schedule(Promise.resolve());
            const seen = stored;
            await scheduler.schedule(Promise.resolve());
            return version(seen);
          };
          const read = async () => {
            const least = acknowledged;
            const found = await cache.read('k', fetch);
            expect(found?.version).toBeGreaterThanOrEqual(least);
          };
          const write = async () => {
            let mine = 0;
            await cache.write('k', async () => {
              await scheduler.schedule(Promise.resolve());
              mine = stored += 1;
              await scheduler.schedule(Promise.resolve());
            });
            acknowledged = Math.max(acknowledged, mine);
          };
          const running = writes.map(async (isWrite) => {
            await scheduler.schedule(Promise.resolve());
            await (isWrite ? write() : read());
          });
          await scheduler.waitFor(Promise.all(running));
          expect((await scheduler.waitFor(cache.read('k', fetch)))?.version).toBe(stored);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('cached stores', () => {
  const record = keyRecord();
  const alias = aliasRecord();
  const spies = () => ({
    keys: {
      get: vi.fn(async () => record),
      material: vi.fn(async () => undefined),
      list: vi.fn(async () => ({ items: [] })),
      count: vi.fn(async () => 0),
      create: vi.fn(async () => {}),
      update: vi.fn(async () => record),
      addMaterial: vi.fn(async () => {}),
      deleteMaterial: vi.fn(async () => {}),
      outboxEntry: vi.fn(async () => undefined),
      addToOutbox: vi.fn(async () => {}),
      removeFromOutbox: vi.fn(async () => {}),
      due: vi.fn(async () => ({ items: [] })),
      scan: vi.fn(async () => ({ items: [] })),
      replaceMaterial: vi.fn(async () => {}),
      shred: vi.fn(async () => {}),
      remove: vi.fn(async () => {}),
    },
    grants: {
      get: vi.fn(async () => undefined),
      list: vi.fn(async () => ({ items: [] })),
      count: vi.fn(async () => 0),
      listRetirable: vi.fn(async () => ({ items: [] })),
      listByGrantee: vi.fn(async () => []),
      create: vi.fn(async () => true),
      delete: vi.fn(async () => true),
      scan: vi.fn(async () => ({ items: [] })),
    },
    usage: { get: vi.fn(async () => undefined), note: vi.fn(async () => {}), forget: vi.fn(async () => {}) },
    aliases: {
      get: vi.fn(async () => alias),
      list: vi.fn(async () => ({ items: [] })),
      listByKey: vi.fn(async () => ({ items: [] })),
      countByKey: vi.fn(async () => 0),
      create: vi.fn(async () => true),
      update: vi.fn(async () => alias),
      delete: vi.fn(async () => {}),
      scan: vi.fn(async () => ({ items: [] })),
    },
  });
  const { KeyId } = record;
  const { AliasName } = alias;

  it('read a record once, and listings each time', async () => {
    const inner = spies();
    const { keys, aliases } = cachedStores(inner satisfies Sweepers, Infinity);
    for (let i = 0; i < 2; i += 1) {
      expect(await keys.get(KeyId)).toBe(record);
      expect(await aliases.get(AccountId, AliasName)).toBe(alias);
      await keys.list(AccountId, { limit: 1 }, new Date());
      await aliases.list(AccountId, { limit: 1 });
      await aliases.listByKey(AccountId, KeyId, { limit: 1 });
    }
    expect(inner.keys.get).toHaveBeenCalledTimes(1);
    expect(inner.aliases.get).toHaveBeenCalledTimes(1);
    for (const list of [inner.keys.list, inner.aliases.list, inner.aliases.listByKey]) {
      expect(list).toHaveBeenCalledTimes(2);
    }
  });

  it.each<[string, (stores: Sweepers) => Promise<unknown>, (stores: Sweepers) => Promise<unknown>, 'keys' | 'aliases']>(
    [
      ['keys.update', ({ keys }) => keys.update(record, {}), ({ keys }) => keys.get(KeyId), 'keys'],
      ['keys.remove', ({ keys }) => keys.remove(record), ({ keys }) => keys.get(KeyId), 'keys'],
      ['keys.shred', ({ keys }) => keys.shred(KeyId), ({ keys }) => keys.get(KeyId), 'keys'],
      ['keys.create', ({ keys }) => keys.create(record, undefined), ({ keys }) => keys.get(KeyId), 'keys'],
      [
        'aliases.create',
        ({ aliases }) => aliases.create(alias),
        ({ aliases }) => aliases.get(AccountId, AliasName),
        'aliases',
      ],
      [
        'aliases.update',
        ({ aliases }) => aliases.update(alias, {}),
        ({ aliases }) => aliases.get(AccountId, AliasName),
        'aliases',
      ],
      [
        'aliases.delete',
        ({ aliases }) => aliases.delete(alias),
        ({ aliases }) => aliases.get(AccountId, AliasName),
        'aliases',
      ],
    ],
  )('read again after %s', async (_, write, read, table) => {
    const inner = spies();
    const stores = cachedStores(inner, Infinity);
    await read(stores);
    await write(stores);
    await read(stores);
    expect(inner[table].get).toHaveBeenCalledTimes(2);
  });

  it('keep the aliases of two accounts apart', async () => {
    const inner = spies();
    const { aliases } = cachedStores(inner, Infinity);
    await aliases.get(AccountId, AliasName);
    await aliases.get('444455556666', AliasName);
    expect(inner.aliases.get).toHaveBeenCalledTimes(2);
  });
});
