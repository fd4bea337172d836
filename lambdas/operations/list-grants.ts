import { KmsError } from '../../core/model/errors.ts';
import { checkGrantPrincipal, grantEntry, isUniqueId } from '../../core/model/grant.ts';
import { grantId, grantPrincipal, keyId, optional, pageMembers, servicePrincipal } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** The grants on a key. https://docs.aws.amazon.com/kms/latest/APIReference/API_ListGrants.html */
export const listGrants = operation({
  name: 'ListGrants',
  input: {
    ...pageMembers,
    KeyId: keyId(),
    GrantId: optional(grantId()),
    GranteePrincipal: optional(grantPrincipal()),
    GranteeServicePrincipal: optional(servicePrincipal()),
  },
  key: { from: 'KeyId', acrossAccounts: true },
  permissions: { principals: ['GranteePrincipal'] },
  page: { defaultLimit: 50, maxLimit: 100 },
  audit: { readOnly: true },
  uses: { grants: ['list'] },

  check({ GranteePrincipal, GranteeServicePrincipal }) {
    if (GranteePrincipal !== undefined && GranteeServicePrincipal !== undefined) {
      throw new KmsError(
        'ValidationException',
        'Specify either GranteePrincipal or GranteeServicePrincipal, not both.',
      );
    }
    if (GranteePrincipal === undefined) return;
    if (isUniqueId(GranteePrincipal)) {
      throw new KmsError('InvalidArnException', 'Input does not refer to a valid principal');
    }
    // The name of a service, which ListGrants shows as a grantee too, is no ARN.
    if (GranteePrincipal.startsWith('arn:')) checkGrantPrincipal('GranteePrincipal', GranteePrincipal);
  },

  async handle({ input, key, stores, page }) {
    const filter = {
      GrantId: input.GrantId,
      GranteePrincipal: input.GranteePrincipal ?? input.GranteeServicePrincipal,
    };
    const { items, next } = await stores.grants.list(key.record.KeyId, filter, page);
    return { Grants: items.map((grant) => grantEntry(grant, key.Arn)), ...page.end(next) };
  },
});
