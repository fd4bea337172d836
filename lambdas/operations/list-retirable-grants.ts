import { keyArn } from '../../core/model/arn.ts';
import { KmsError } from '../../core/model/errors.ts';
import { checkGrantPrincipal, grantEntry, isUniqueId } from '../../core/model/grant.ts';
import { grantPrincipal, optional, pageMembers, refused, servicePrincipal } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** The grants that a principal may retire, on any key. https://docs.aws.amazon.com/kms/latest/APIReference/API_ListRetirableGrants.html */
export const listRetirableGrants = operation({
  name: 'ListRetirableGrants',
  input: {
    ...pageMembers,
    RetiringPrincipal: optional(grantPrincipal()),
    RetiringServicePrincipal: refused(servicePrincipal(), 'Only a service principal may list the grants it retires.'),
  },
  permissions: { principals: ['RetiringPrincipal'] },
  page: { defaultLimit: 50, maxLimit: 100 },
  audit: { readOnly: true },
  uses: { grants: ['listRetirable'] },

  check({ RetiringPrincipal }) {
    if (RetiringPrincipal === undefined) throw new KmsError('ValidationException', 'RetiringPrincipal is required.');
    if (isUniqueId(RetiringPrincipal)) {
      throw new KmsError('NotFoundException', `Retiring principal ${RetiringPrincipal} could not be found`);
    }
    checkGrantPrincipal('RetiringPrincipal', RetiringPrincipal);
  },

  async handle({ input: { RetiringPrincipal = '' }, stores, region, page }) {
    const { items, next } = await stores.grants.listRetirable(RetiringPrincipal, page);
    const Grants = items.map((grant) =>
      grantEntry(grant, keyArn({ region, accountId: grant.KeyAccountId }, grant.KeyId)),
    );
    return { Grants, ...page.end(next) };
  },
});
