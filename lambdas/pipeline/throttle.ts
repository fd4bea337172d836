import { KmsError } from '../../core/model/errors.ts';
import type { CountedRequest } from '../../core/model/request-quotas.ts';
import { type Call, callerOf } from './call.ts';
import { algorithmFor } from './check-key.ts';
import { effectiveValue } from './policy-context.ts';
import type { RequestLimits } from './ports.ts';

/**
 * Charges the caller's account for the call, whatever becomes of it: refused calls and dry runs count too.
 * https://docs.aws.amazon.com/kms/latest/developerguide/throttling.html
 */
export const throttle = (limits: RequestLimits, region: string) => ({
  before: ({ event: call }: { event: Call }) => {
    if (limits.charge(callerOf(call).accountId, countedRequest(call, region), call.now)) return;
    throw new KmsError(
      'ThrottlingException',
      'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
    );
  },
});

const countedRequest = (call: Call, region: string): CountedRequest => {
  const { name, keys, conditions, audit } = call.operation;
  const algorithms = Object.values(keys).map((target) => algorithmFor(call, target));
  const textOf = (source: Parameters<typeof effectiveValue>[1] | undefined): string | undefined => {
    const value = source && effectiveValue(call.input, source);
    return typeof value === 'string' ? value : undefined;
  };
  return {
    operation: name,
    region,
    algorithms: algorithms.filter((algorithm) => typeof algorithm === 'string'),
    keyPairSpec: textOf(conditions.DataKeyPairSpec),
    otherRegion: textOf(audit.also?.in),
  };
};
