import { isRegion } from '../../core/model/arn.ts';
import { KmsError } from '../../core/model/errors.ts';
import { countedElsewhere, countedInto } from '../../core/model/request-quotas.ts';
import { type Call, callerOf } from './call.ts';
import { algorithmFor } from './check-key.ts';
import { effectiveValue } from './policy-context.ts';
import type { Charge, RequestLimits } from './ports.ts';

/**
 * Charges the caller's account for the call, whatever becomes of it: refused calls and dry runs count too.
 * https://docs.aws.amazon.com/kms/latest/developerguide/throttling.html
 */
export const throttle = (limits: RequestLimits, region: string) => ({
  before: ({ event: call }: { event: Call }) => {
    if (limits.charge(callerOf(call).accountId, chargesOf(call, region), call.now)) return;
    throw new KmsError(
      'ThrottlingException',
      'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
    );
  },
});

const chargesOf = (call: Call, region: string): readonly Charge[] => {
  const { operation, input } = call;
  const algorithms = Object.values(operation.keys).map((target) => algorithmFor(call, target));
  const pairMember = operation.conditions.DataKeyPairSpec;
  const quotas = countedInto({
    operation: operation.name,
    algorithms: algorithms.filter((algorithm) => typeof algorithm === 'string'),
    keyPairSpec: pairMember === undefined ? undefined : textOf(effectiveValue(input, pairMember)),
  });
  const here = quotas.map((quota) => ({ region, quota, times: 1 }));
  const elsewhere = countedElsewhere[operation.name];
  const other = operation.audit.also && textOf(input[operation.audit.also.in]);
  const isThere = elsewhere !== undefined && other !== undefined && isRegion(other);
  return isThere ? [...here, { region: other, ...elsewhere }] : here;
};

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
