import { KmsError } from '../../core/model/errors.ts';
import { flag, grantId, grantToken, keyId, optional } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Ends a grant, by those whom the grant itself lets. https://docs.aws.amazon.com/kms/latest/APIReference/API_RetireGrant.html */
export const retireGrant = operation({
  name: 'RetireGrant',
  input: {
    GrantToken: optional(grantToken()),
    KeyId: optional(keyId()),
    GrantId: optional(grantId()),
    DryRun: optional(flag()),
  },
  key: { from: 'KeyId', byGrant: { id: 'GrantId', token: 'GrantToken' }, acrossAccounts: true },
  audit: { readOnly: false, hides: ['GrantToken', 'KeyId', 'GrantId'] },
  uses: { grants: ['delete'] },

  check({ GrantToken, KeyId, GrantId }) {
    if (GrantToken === undefined && (KeyId === undefined || GrantId === undefined)) {
      throw new KmsError('ValidationException', 'Specify either GrantToken, or both KeyId and GrantId.');
    }
  },

  async handle({ key, stores }) {
    await stores.grants.delete(key.grant);
    return undefined;
  },
});
