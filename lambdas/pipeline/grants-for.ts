import { readGrantToken } from '../../core/model/grant-token.ts';
import type { Readers } from '../../stores/ports.ts';
import { type Call, callerOf, type FoundKey } from './call.ts';
import { badGrantToken } from './refusals.ts';

/** The grants on a key whose grantee may be the caller, and those whose tokens were sent: these count at once. */
export const grantsFor = async (call: Call, { record }: FoundKey, { grants }: Partial<Readers>, delaySeconds = 0) => {
  const { type, arn, accountId, issuer } = callerOf(call);
  const account = type === 'AWSService' ? [] : [`arn:aws:iam::${accountId}:root`];
  const grantees = [arn, ...(issuer ? [issuer.arn] : []), ...account];
  const lists = await Promise.all(grantees.map((grantee) => grants?.listByGrantee(grantee, record.KeyId) ?? []));
  const tokens = Array.isArray(call.input.GrantTokens) ? call.input.GrantTokens.map(String) : [];
  const named = await Promise.all(
    tokens.map((token) => {
      const grant = readGrantToken(token);
      return grant?.KeyId === record.KeyId ? grants?.get(grant.KeyId, grant.GrantId) : undefined;
    }),
  );
  const visibleFrom = call.now.getTime() - delaySeconds * 1000;
  return [
    ...lists.flat().map((grant) => ({ ...grant, visible: grant.CreationDate.getTime() <= visibleFrom })),
    ...named.flatMap((grant) => (grant ? [{ ...grant, visible: true }] : [])),
  ];
};

/** A token that names no grant is refused; one of a grant that does not help is harmless. */
export const refuseBadTokens = async (tokens: unknown, { grants }: Partial<Readers>) => {
  for (const token of Array.isArray(tokens) ? tokens.map(String) : []) {
    const named = readGrantToken(token);
    if (named === undefined || (await grants?.get(named.KeyId, named.GrantId)) === undefined) {
      throw badGrantToken();
    }
  }
};
