import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { withBuffers, withOwnBytes } from '../../../local/aside/map-bytes.ts';
import { newThread, type Thread } from '../../../local/aside/thread.ts';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const of = ['ECC_NIST_P384', 'ECDSA_SHA_384'] as const;
const sign = ({ call }: Thread, length: number) =>
  call('sign', [...of], pair, { bytes: randomBytes(length), isRaw: false });

it('fails as the call does, and goes on', async () => {
  const thread = newThread();
  await expect(sign(thread, 47)).rejects.toThrow('message: expected 48 bytes, got 47');
  expect(await sign(thread, 48)).toBeInstanceOf(Buffer);
  await thread.close();
});

it('fails all who wait when it ends, and starts anew for the next', async () => {
  const thread = newThread();
  const waiting = Promise.allSettled([sign(thread, 48), sign(thread, 48)]);
  await thread.close();
  const ended = { status: 'rejected', reason: new Error('the thread for slow algorithms has ended') };
  expect(await waiting).toEqual([ended, ended]);
  expect(await sign(thread, 48)).toBeInstanceOf(Buffer);
  await thread.close();
});

it('starts with the first call, and not before', async () => {
  const started = vi.fn();
  process.on('worker', started);
  const thread = newThread();
  await setImmediate(); // Node tells of a new thread in the next turn
  expect(started).not.toHaveBeenCalled();
  await Promise.all([sign(thread, 48), sign(thread, 48)]);
  expect(started).toHaveBeenCalledOnce();
  process.off('worker', started);
  await thread.close();
});

it('hands over bytes alone, and none of what lies beside them in memory', () => {
  const pool = Buffer.from('a neighbour, 16 bytes, a neighbour');
  const { value, memory } = withOwnBytes([{ deep: pool.subarray(13, 15) }, 'text', undefined, true]);
  expect(memory.map(({ byteLength }) => byteLength)).toEqual([2]);
  expect(withBuffers(value)).toEqual([{ deep: Buffer.from('16') }, 'text', undefined, true]);
});
