import type { Context } from '../../core/policy/context.ts';
import type { Readers } from '../../stores/ports.ts';
import type { FoundKey } from './call.ts';

/** A key with more aliases satisfies no condition on them. */
const mostAliases = 50;

/**
 * The aliases of a key as policies may ask for them, in its own account and Region. They are read only when a policy does.
 * https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-resource-aliases
 */
export const aliasContext = async ({ record }: FoundKey, { aliases }: Partial<Readers>): Promise<Context> => {
  const { AccountId, KeyId } = record;
  const page = await aliases?.listByKey(AccountId, KeyId, { limit: mostAliases });
  if (page === undefined || page.next !== undefined) return {};
  return { 'kms:ResourceAliases': page.items.map(({ AliasName }) => AliasName) };
};
