import QuickLRU from 'quick-lru';
import type { Charge, RequestQuotas } from '../core/model/request-quotas.ts';

/** Requests that are left at an instant; more become free with time. */
interface Bucket {
  left: number;
  at: number;
}

export interface TokenBuckets {
  /** Takes all of the charges or none. @returns whether there was enough left for all */
  take(accountId: string, charges: readonly Charge[], now: Date): boolean;
}

/** Buckets in hand at most; one that falls out is full when it is asked for again. */
const mostBuckets = 100_000;

/**
 * A token bucket for each account, Region and quota. It holds the requests of one second, one at least, and fills up
 * again in a second: for `perSecond` below one, in the time until the next request is free.
 *
 * @param quotasOf of a Region; what is not among them is not limited
 */
export const newTokenBuckets = (quotasOf: (region: string) => RequestQuotas): TokenBuckets => {
  const buckets = new QuickLRU<string, Bucket>({ maxSize: mostBuckets });
  const quotas = new QuickLRU<string, RequestQuotas>({ maxSize: 100 });
  const perSecondOf = ({ region, quota }: Charge): number | undefined => {
    const known = quotas.get(region) ?? quotasOf(region);
    quotas.set(region, known);
    return known[quota];
  };

  return {
    take(accountId, charges, now) {
      const limited = charges.flatMap((charge) => {
        const perSecond = perSecondOf(charge);
        if (perSecond === undefined) return [];
        const most = Math.max(perSecond, 1);
        const id = `${accountId} ${charge.region} ${charge.quota}`;
        const bucket = filled(buckets.get(id), perSecond, most, now.getTime());
        buckets.set(id, bucket);
        return [{ bucket, cost: Math.min(charge.times, most) }];
      });
      if (limited.some(({ bucket, cost }) => bucket.left < cost)) return false;
      for (const { bucket, cost } of limited) bucket.left -= cost;
      return true;
    },
  };
};

const filled = (bucket: Bucket | undefined, perSecond: number, most: number, at: number): Bucket => {
  if (bucket === undefined) return { left: most, at };
  const passedMs = Math.max(at - bucket.at, 0); // a clock may also be set back
  bucket.left = Math.min(most, bucket.left + (passedMs / 1000) * perSecond);
  bucket.at = at;
  return bucket;
};
