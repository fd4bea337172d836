import QuickLRU from 'quick-lru';
import { type Quotas, quotaReached, type ResourceQuotas } from '../core/model/quotas.ts';

/** What is known of one quota of one owner: no more than this many places are taken, unless others took some since. */
interface Tally {
  taken: number;
  readonly countedAt: number;
}

/** Tallies in hand at most. */
const mostTallies = 10_000;

/**
 * How long a count holds, so that no call has to count. Where others write to the same tables, they may take places
 * unseen for as long: the more there may be, the less a few matter, and the dearer it is to count.
 */
const holdsMs = (most: number) => most * 10;

/** How soon what was full is counted again: one who keeps asking must not make the service count all day. */
const stillFullMs = (most: number) => Math.floor(most / 1000) * 100;

/**
 * The resource quotas of all Regions. Things are counted once; what this process makes is added, what is deleted is not
 * taken off, so that a tally is never too low. One that has reached the quota is made anew by counting.
 *
 * @param onlyWriter whether nobody else writes to the tables: then counts hold until they reach the quota
 */
export const newQuotas = (
  quotas: ResourceQuotas,
  { clock, onlyWriter }: { readonly clock: () => Date; readonly onlyWriter: boolean },
): Quotas => {
  const tallies = new QuickLRU<string, Tally>({ maxSize: mostTallies });
  const counting = new Map<string, Promise<Tally>>();
  const making = new Map<string, Set<Promise<unknown>>>();

  /** Waits for what is being made, so that it is counted; what comes after waits for the count. */
  const tell = async (id: string, count: () => Promise<number>): Promise<Tally> => {
    await Promise.allSettled(making.get(id) ?? []);
    const tally = { taken: await count(), countedAt: clock().getTime() };
    tallies.set(id, tally);
    return tally;
  };
  const countOnce = (id: string, count: () => Promise<number>): Promise<Tally> => {
    const running = counting.get(id) ?? tell(id, count).finally(() => counting.delete(id));
    counting.set(id, running);
    return running;
  };

  /** @returns undefined when it must be counted first */
  const tallyOf = (id: string, most: number): Tally | undefined => {
    const tally = tallies.get(id);
    if (tally === undefined || counting.has(id)) return undefined;
    const age = Math.abs(clock().getTime() - tally.countedAt); // a clock may also be set back
    const holds = tally.taken >= most ? age < stillFullMs(most) : onlyWriter || age < holdsMs(most);
    return holds ? tally : undefined;
  };

  return {
    async within(quota, owner, count, make) {
      const most = quotas[quota];
      const id = `${quota} ${owner}`;
      const tally = tallyOf(id, most) ?? (await countOnce(id, () => count(most)));
      if (tally.taken >= most) throw quotaReached(quota, most);
      tally.taken += 1;

      const made = make();
      const others = making.get(id) ?? new Set();
      making.set(id, others.add(made));
      try {
        return await made;
      } finally {
        others.delete(made);
        if (others.size === 0) making.delete(id);
      }
    },
  };
};
