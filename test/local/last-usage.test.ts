import { afterEach, expect, it, vi } from 'vitest';
import type { OperationName } from '../../lambdas/operations/index.ts';
import { writeLastUses } from '../../local/last-uses.ts';
import { openLocalService } from '../../local/service.ts';
import { newFolder } from '../e2e/folders.ts';
import { accountId, userOf } from '../service.ts';

it('knows the last use of a key again after the service was stopped and started', async () => {
  const dataDir = await newFolder();
  const open = async () => {
    const service = await openLocalService({ dataDir, log: () => {} });
    const [admin] = service.principals.all();
    const caller = { ...userOf(accountId, 'admin'), accessKeyId: admin?.accessKeyId ?? '' };
    const call = async (name: OperationName, input: Record<string, unknown>) =>
      JSON.parse((await service.callAs('us-east-1', { service: 's3.amazonaws.com', caller }, name, input)).body);
    return { call, close: () => service.close() };
  };

  const first = await open();
  const { KeyId } = (await first.call('CreateKey', {})).KeyMetadata;
  await first.call('Encrypt', { KeyId, Plaintext: Buffer.from('text') });
  const before = await first.call('GetKeyLastUsage', { KeyId });
  expect(before.KeyLastUsage.Operation).toBe('Encrypt');
  await first.close();

  const second = await open();
  expect(await second.call('GetKeyLastUsage', { KeyId })).toEqual(before);
  await second.close();
});

afterEach(() => {
  vi.useRealTimers();
});

it('writes last uses every five minutes and at the end, and goes on after a failure, which it logs', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const flush = vi.fn(async () => {});
  const error = new Error('throttled');
  flush.mockRejectedValueOnce(error);
  const logged: unknown[] = [];
  const lastUses = writeLastUses(
    () => [{ flush, note: async () => {}, get: async () => undefined }],
    (entry) => void logged.push(entry),
  );
  await vi.advanceTimersByTimeAsync(299_000);
  expect(flush).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(301_000);
  expect(flush).toHaveBeenCalledTimes(2);
  expect(logged).toMatchObject([{ level: 'warn', error }]);
  await lastUses.stop();
  expect(flush).toHaveBeenCalledTimes(3);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(flush).toHaveBeenCalledTimes(3);
});
