import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { KeyUse } from '../../core/model/key-use.ts';
import { dynamoUsage } from '../../stores/dynamo/usage.ts';
import type { UsageSweeper } from '../../stores/ports.ts';
import { bufferedUsage, hourlyUsage } from '../../stores/usage-tracking.ts';
import { openTables } from './embedded.ts';

const start = Date.parse('2026-11-21T12:00:00.500Z');
const useAt = (seconds: number, KeyId = 'k1'): KeyUse => ({
  KeyId,
  Operation: 'Encrypt',
  Timestamp: new Date(start + seconds * 1000),
  CloudTrailEventId: `event-${seconds}`,
  KmsRequestId: `request-${seconds}`,
});

/** A store in memory that keeps whatever is noted, and may fail. */
const fakeUsage = () => {
  const stored = new Map<string, KeyUse>();
  const note = vi.fn(async (use: KeyUse) => void stored.set(use.KeyId, use));
  const forget = vi.fn(async (KeyId: string) => void stored.delete(KeyId));
  return { stored, note, forget, get: async (KeyId: string) => stored.get(KeyId) };
};

describe('last uses in DynamoDB', () => {
  let embedded: Awaited<ReturnType<typeof openTables>>;
  let usage: UsageSweeper;
  beforeAll(async () => {
    embedded = await openTables();
    usage = dynamoUsage(embedded.documents, 'usage');
  });
  afterAll(() => embedded.close());

  it('are none until one is noted, and then come back as they were', async () => {
    expect(await usage.get('none')).toBeUndefined();
    await usage.note(useAt(0, 'one'));
    expect(await usage.get('one')).toEqual(useAt(0, 'one'));
  });

  it('are forgotten, also twice', async () => {
    await usage.note(useAt(0, 'gone'));
    for (let n = 0; n < 2; n += 1) await usage.forget('gone');
    expect(await usage.get('gone')).toBeUndefined();
  });

  it('only move forward', async () => {
    for (const seconds of [10, 20, 15, 20]) await usage.note(useAt(seconds, 'two'));
    expect(await usage.get('two')).toEqual(useAt(20, 'two'));
  });
});

describe('buffered last uses', () => {
  let inner: ReturnType<typeof fakeUsage>;
  beforeEach(() => {
    inner = fakeUsage();
  });

  it('are read at once, and written once for many uses', async () => {
    const usage = bufferedUsage(inner);
    for (let seconds = 0; seconds < 100; seconds += 1) await usage.note(useAt(seconds));
    expect(inner.note).not.toHaveBeenCalled();
    expect(await usage.get('k1')).toEqual(useAt(99));
    await usage.flush();
    await usage.flush();
    expect(inner.note.mock.calls).toEqual([[useAt(99)]]);
    expect(await usage.get('k1')).toEqual(useAt(99));
  });

  it('are forgotten before they are written, and after', async () => {
    const usage = bufferedUsage(inner);
    await usage.note(useAt(1));
    await usage.forget('k1');
    await usage.flush();
    expect(inner.stored.size).toBe(0);
    expect(inner.forget).toHaveBeenCalledWith('k1');
  });

  it('show the later of what is stored and what waits', async () => {
    const usage = bufferedUsage(inner);
    inner.stored.set('k1', useAt(50));
    await usage.note(useAt(40));
    expect(await usage.get('k1')).toEqual(useAt(50));
    await usage.note(useAt(60));
    await usage.note(useAt(55));
    expect(await usage.get('k1')).toEqual(useAt(60));
  });

  it('keep a use that comes while an earlier one is being written', async () => {
    const usage = bufferedUsage(inner);
    await usage.note(useAt(1));
    inner.note.mockImplementationOnce(async (use) => {
      await usage.note(useAt(2));
      inner.stored.set(use.KeyId, use);
    });
    await usage.flush();
    expect(await usage.get('k1')).toEqual(useAt(2));
    await usage.flush();
    expect(inner.stored.get('k1')).toEqual(useAt(2));
  });

  it('are kept for the next time when they cannot be written', async () => {
    const usage = bufferedUsage(inner);
    await usage.note(useAt(1));
    inner.note.mockRejectedValueOnce(new Error('throttled'));
    await expect(usage.flush()).rejects.toThrow('throttled');
    expect(await usage.get('k1')).toEqual(useAt(1));
    await usage.flush();
    expect(inner.stored.get('k1')).toEqual(useAt(1));
  });

  it('are written before there are more than can be kept', async () => {
    const usage = bufferedUsage(inner, 2);
    for (const id of ['a', 'b', 'a', 'c']) await usage.note(useAt(1, id));
    expect([...inner.stored.keys()]).toEqual(['a', 'b']);
    expect(await usage.get('c')).toEqual(useAt(1, 'c'));
  });
});

describe('hourly last uses', () => {
  it('are written at once, then not for an hour, for each key', async () => {
    const inner = fakeUsage();
    const usage = hourlyUsage(inner);
    for (const seconds of [0, 1, 1800, 3599, 3600, 3601, 7199, 7200]) await usage.note(useAt(seconds));
    await usage.note(useAt(1, 'k2'));
    expect(inner.note.mock.calls.map(([{ KmsRequestId }]) => KmsRequestId)).toEqual([
      'request-0',
      'request-3600',
      'request-7200',
      'request-1',
    ]);
  });

  it('are tried again with the next use when they could not be written', async () => {
    const inner = fakeUsage();
    const usage = hourlyUsage(inner);
    inner.note.mockRejectedValueOnce(new Error('throttled'));
    await expect(usage.note(useAt(0))).rejects.toThrow('throttled');
    await usage.note(useAt(1));
    expect(inner.stored.get('k1')).toEqual(useAt(1));
  });
});
