import { chargesOf, type RequestQuotas } from '../core/model/request-quotas.ts';
import type { RequestLimits } from '../lambdas/pipeline/ports.ts';
import { newTokenBuckets } from './token-buckets.ts';

/** The request quotas of all accounts and Regions. */
export const newRequestLimits = (quotasOf: (region: string) => RequestQuotas): RequestLimits => {
  const buckets = newTokenBuckets(quotasOf);
  return { charge: (accountId, request, now) => buckets.take(accountId, chargesOf(request), now) };
};
