import { KmsError } from '../../core/model/errors.ts';
import {
  checkGrantConstraints,
  checkGrantFits,
  checkGrantPrincipal,
  type GrantRecord,
  grantOperations,
} from '../../core/model/grant.ts';
import { grantToken } from '../../core/model/grant-token.ts';
import { specOf } from '../../core/model/key-specs.ts';
import { usableStates } from '../../core/model/key-states.ts';
import {
  flag,
  grantPrincipal,
  grantTokens,
  keyId,
  list,
  oneOf,
  optional,
  servicePrincipal,
  structure,
  text,
  textMap,
} from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Lets a principal use a key, in the ways listed. https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html */
export const createGrant = operation({
  name: 'CreateGrant',
  input: {
    KeyId: keyId(),
    GranteePrincipal: optional(grantPrincipal()),
    RetiringPrincipal: optional(grantPrincipal()),
    Operations: list(oneOf(grantOperations)),
    Constraints: optional(
      structure({
        EncryptionContextSubset: optional(textMap()),
        EncryptionContextEquals: optional(textMap()),
        SourceArn: optional(
          text({ min: 20, max: 512, pattern: '^arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$' }),
        ),
      }),
    ),
    GrantTokens: grantTokens(),
    Name: optional(text({ min: 1, max: 256, pattern: '^[a-zA-Z0-9:/_-]+$' })),
    DryRun: optional(flag()),
    GranteeServicePrincipal: optional(servicePrincipal()),
    RetiringServicePrincipal: optional(servicePrincipal()),
  },
  key: { from: 'KeyId', acrossAccounts: true, states: usableStates },
  conditions: {
    GrantOperations: 'Operations',
    GranteePrincipal: 'GranteePrincipal',
    RetiringPrincipal: 'RetiringPrincipal',
    GranteeServicePrincipal: 'GranteeServicePrincipal',
    RetiringServicePrincipal: 'RetiringServicePrincipal',
  },
  permissions: { principals: ['GranteePrincipal', 'RetiringPrincipal'] },
  audit: { readOnly: false, response: ['GrantId', 'key ARN'] },
  uses: { grants: ['get', 'create', 'count'] },

  check(input) {
    const { GranteePrincipal, GranteeServicePrincipal, RetiringPrincipal, RetiringServicePrincipal } = input;
    const refuse = (message: string) => new KmsError('ValidationException', message);
    if ((GranteePrincipal === undefined) === (GranteeServicePrincipal === undefined)) {
      throw refuse('Specify either GranteePrincipal or GranteeServicePrincipal.');
    }
    if (RetiringPrincipal !== undefined && RetiringServicePrincipal !== undefined) {
      throw refuse('Specify either RetiringPrincipal or RetiringServicePrincipal, not both.');
    }
    const retirable = RetiringPrincipal !== undefined || RetiringServicePrincipal !== undefined;
    if (GranteeServicePrincipal !== undefined && !(retirable && input.Constraints?.SourceArn !== undefined)) {
      throw refuse('A grant for a service needs a SourceArn constraint and a retiring principal.');
    }
    if (input.Operations.length === 0) throw refuse('A grant needs at least one operation.');
    if (input.Operations.every((name) => name === 'CreateGrant')) {
      throw refuse('Grants must not contain only the CreateGrant operation.');
    }
    checkGrantPrincipal('GranteePrincipal', GranteePrincipal);
    checkGrantPrincipal('RetiringPrincipal', RetiringPrincipal);
    checkGrantConstraints(input.Constraints ?? {});
  },

  async handle({ input, key, stores, quotas, now, random, fingerprint, caller }) {
    const { KeyId: _, GrantTokens: __, DryRun: ___, ...content } = input;
    const { KeyId, KeySpec, KeyUsage } = key.record;
    const { type } = specOf(KeySpec);
    const Operations = [...new Set(input.Operations)];
    checkGrantFits({ Operations, Constraints: input.Constraints }, { KeyUsage, type });
    // The retry of a named grant is the same grant; without a name every call makes another.
    const GrantId = fingerprint([KeyId, input.Name ?? random(32).toString('hex'), content]);
    const accounts = { KeyAccountId: key.record.AccountId, AccountId: caller.accountId };
    const grant: GrantRecord = { ...content, ...accounts, Operations, KeyId, GrantId, CreationDate: now };
    const create = () => stores.grants.create(grant);
    const count = (upTo: number) => stores.grants.count(KeyId, upTo);
    // A named grant that is there already takes no other place; AWS managed keys may have as many as services make.
    const isThere = input.Name !== undefined && (await stores.grants.get(KeyId, GrantId)) !== undefined;
    if (key.record.KeyManager === 'AWS') await create();
    else if (!isThere) await quotas.within('grantsPerKey', key.Arn, count, create);
    return { GrantToken: grantToken(KeyId, GrantId, random(16)), GrantId };
  },
});
