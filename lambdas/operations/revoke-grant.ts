import { grantNotFound } from '../../core/model/grant.ts';
import { flag, grantId, keyId, optional } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Takes a grant back. https://docs.aws.amazon.com/kms/latest/APIReference/API_RevokeGrant.html */
export const revokeGrant = operation({
  name: 'RevokeGrant',
  input: { KeyId: keyId(), GrantId: grantId(), DryRun: optional(flag()) },
  key: { from: 'KeyId', acrossAccounts: true },
  audit: { readOnly: false },
  uses: { grants: ['get', 'delete'] },

  async handle({ input: { GrantId }, key, stores }) {
    const { KeyId } = key.record;
    const grant = await stores.grants.get(KeyId, GrantId);
    if (grant === undefined) throw grantNotFound(GrantId);
    await stores.grants.delete(grant);
    return undefined;
  },
});
