import type { Context } from '../../core/policy/context.ts';
import type { Readers } from '../../stores/ports.ts';
import type { Call, FoundKey } from './call.ts';

const dayMs = 86_400_000;

/**
 * The whole days since a key was last used, or made, for policies that guard keys in use.
 * https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
 */
export const idleContext = async (
  { now }: Call,
  { record: { KeyId, CreationDate } }: FoundKey,
  { usage }: Partial<Readers>,
): Promise<Context> => {
  const since = (await usage?.get(KeyId))?.Timestamp ?? CreationDate;
  const days = Math.max(0, Math.floor((now.getTime() - since.getTime()) / dayMs));
  return { 'kms:TrailingDaysWithoutKeyUsage': String(days) };
};
