import { checkAliasName, checkAliasTarget } from '../../core/model/alias-name.ts';
import { aliasArn } from '../../core/model/arn.ts';
import { KmsError } from '../../core/model/errors.ts';
import { stateAt } from '../../core/model/key-record.ts';
import { statesBeforeDeletion } from '../../core/model/key-states.ts';
import { aliasName, keyId } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Gives a key a name. https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html */
export const createAlias = operation({
  name: 'CreateAlias',
  input: { AliasName: aliasName(), TargetKeyId: keyId() },
  key: { from: 'TargetKeyId', manager: 'CUSTOMER', states: statesBeforeDeletion },
  permissions: { alias: 'AliasName' },
  audit: { readOnly: false, response: 'key ARN' },
  uses: { aliases: ['get', 'create', 'delete', 'countByKey'], keys: ['get'] },

  check({ AliasName, TargetKeyId }) {
    checkAliasName(AliasName);
    checkAliasTarget(TargetKeyId);
  },

  async handle({
    input: { AliasName },
    key: { Arn, record },
    stores,
    quotas,
    caller: { accountId },
    region,
    now,
    random,
  }) {
    // Not 1: a write meant for an alias of this name that was deleted meanwhile must not hit the new one.
    const revision = random(6).readUIntBE(0, 6);
    const dates = { CreationDate: now, LastUpdatedDate: now };
    const alias = { AccountId: accountId, AliasName, TargetKeyId: record.KeyId, ...dates, revision };
    const count = (upTo: number) => stores.aliases.countByKey(record.KeyId, upTo);
    const create = () => quotas.within('aliasesPerKey', Arn, count, () => stores.aliases.create(alias));
    if (await create()) return undefined;
    const taken = await stores.aliases.get(accountId, AliasName);
    const owner = taken && (await stores.keys.get(taken.TargetKeyId));
    if (taken && (owner === undefined || stateAt(owner, now) === undefined)) {
      // Its key is gone by the clock, and the alias with it.
      await stores.aliases.delete(taken);
      if (await create()) return undefined;
    }
    const arn = aliasArn({ region, accountId }, AliasName);
    throw new KmsError('AlreadyExistsException', `An alias with the name ${arn} already exists`);
  },
});
