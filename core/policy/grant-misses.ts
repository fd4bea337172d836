import { type CandidateGrant, granteeOf, unmet } from './grants.ts';
import type { Asked, NearMiss } from './near-misses.ts';
import { callerName, capital, listed, plain, principalName, quoted } from './wording.ts';

/** Why the grants that were looked at do not give what is asked. */
export const grantMisses = (grants: readonly CandidateGrant[], asked: Asked): readonly NearMiss[] =>
  grants.map((grant) => missOf(grant, asked));

const missOf = (grant: CandidateGrant, { request, lookup }: Asked): NearMiss => {
  const { principal, action } = request;
  const caller = callerName(principal);
  const operation = action.slice('kms:'.length);
  const name = `grant ${grant.GrantId}${grant.Name ? ` (${quoted(grant.Name)})` : ''}`;
  const miss = (clause: string, detail = ''): NearMiss => ({
    clause: `${name} ${clause}`,
    detail: `${capital(name)} ${clause}${detail}.`,
  });
  if (granteeOf(grant, principal) === undefined) {
    const grantee = grant.GranteePrincipal ?? grant.GranteeServicePrincipal ?? 'nobody';
    return miss(`is for ${principalName(grantee, principal.accountId)}, not for ${caller}`);
  }
  if (!grant.Operations.includes(operation)) {
    return miss(`does not list ${operation}`, `; it gives ${listed(grant.Operations)}`);
  }
  if (!grant.visible) return miss('is too new to count without its token');
  const pairs = quoted(request.encryptionContext ?? {});
  const { EncryptionContextEquals, EncryptionContextSubset, SourceArn } = grant.Constraints ?? {};
  switch (unmet(operation, grant, request, lookup)) {
    case 'EncryptionContextEquals':
      return miss(
        `wants another encryption context`,
        `: exactly ${quoted(EncryptionContextEquals)}, and the request has ${pairs}`,
      );
    case 'EncryptionContextSubset':
      return miss(
        `wants another encryption context`,
        `: one with ${quoted(EncryptionContextSubset)}, and the request has ${pairs}`,
      );
    case 'SourceArn': {
      const source = lookup('aws:sourcearn');
      const actual = source === undefined ? 'none' : quoted(source);
      return miss('wants another aws:SourceArn', `: ${plain(SourceArn ?? '')}, and the request has ${actual}`);
    }
    case 'newGrant':
      return miss(
        'lets its grantee make only grants within it',
        `: of ${listed(grant.Operations)}, with no constraint less`,
      );
    default: {
      const whom =
        granteeOf(grant, principal) === 'account'
          ? `is for account ${principal.accountId} as a whole`
          : `was made in account ${grant.AccountId}, not in that of ${caller}`;
      return miss(`${whom}, and no identity policy of ${caller} hands ${action} on`);
    }
  }
};
