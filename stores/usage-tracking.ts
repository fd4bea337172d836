import QuickLRU from 'quick-lru';
import { type KeyUse, laterUse } from '../core/model/key-use.ts';
import type { UsageSweeper, UsageWriter } from './ports.ts';

export interface BufferedUsage extends UsageSweeper {
  /** Writes what is not written yet. What could not be written stays for the next time. */
  flush(): Promise<void>;
  /** @returns what is not written yet, which is forgotten here: somebody else writes it */
  handOver(): readonly KeyUse[];
}

/**
 * Last uses for a process that lives on: noted in memory and written by `flush`, once for however many uses there were.
 * Readers in this process see them at once. A crash loses what came since the last flush: GetKeyLastUsage then shows
 * an earlier use. Audit records, which prove each use, are durable before any answer.
 *
 * @param most keys kept in memory; one more is written first
 */
export const bufferedUsage = (usage: UsageSweeper, most = 10_000): BufferedUsage => {
  const pending = new Map<string, KeyUse>();
  const flush = async () => {
    for (const use of [...pending.values()]) {
      await usage.note(use);
      if (pending.get(use.KeyId) === use) pending.delete(use.KeyId);
    }
  };
  return {
    get: async (KeyId) => {
      const stored = await usage.get(KeyId);
      return laterUse(stored, pending.get(KeyId));
    },
    async note(use) {
      if (pending.size >= most && !pending.has(use.KeyId)) await flush();
      pending.set(use.KeyId, laterUse(pending.get(use.KeyId), use) ?? use);
    },
    async forget(KeyId) {
      pending.delete(KeyId);
      await usage.forget(KeyId);
    },
    flush,
    handOver() {
      const all = [...pending.values()];
      pending.clear();
      return all;
    },
  };
};

const hourMs = 3_600_000;

/**
 * Last uses for a process that may stop after any answer: the first use of a key is written at once, those of the hour
 * after it not at all. AWS, too, is up to an hour late. https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyLastUsage.html
 *
 * @param most keys remembered as written
 */
export const hourlyUsage = <U extends UsageWriter>(usage: U, most = 10_000): U => {
  const written = new QuickLRU<string, number>({ maxSize: most });
  return {
    ...usage,
    async note(use) {
      const time = use.Timestamp.getTime();
      const last = written.get(use.KeyId);
      if (last !== undefined && time < last + hourMs) return;
      await usage.note(use);
      written.set(use.KeyId, time);
    },
  };
};
