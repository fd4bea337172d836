import { checkAliasName, checkAliasTarget } from '../../core/model/alias-name.ts';
import { KmsError } from '../../core/model/errors.ts';
import { specOf } from '../../core/model/key-specs.ts';
import { statesBeforeDeletion } from '../../core/model/key-states.ts';
import { aliasName, keyId } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Points an alias at another key of the same type and usage. https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateAlias.html */
export const updateAlias = operation({
  name: 'UpdateAlias',
  input: { AliasName: aliasName(), TargetKeyId: keyId() },
  keys: {
    previous: { from: 'AliasName', byAlias: 'only' },
    key: { from: 'TargetKeyId', manager: 'CUSTOMER', states: statesBeforeDeletion },
  },
  permissions: { alias: 'AliasName' },
  audit: { readOnly: false, response: 'key ARN' },
  uses: { aliases: ['update', 'countByKey'] },

  check({ AliasName, TargetKeyId }) {
    checkAliasName(AliasName);
    checkAliasTarget(TargetKeyId);
  },

  async handle({ previous, key, stores, quotas, now }) {
    const sameType = specOf(previous.record.KeySpec).type === specOf(key.record.KeySpec).type;
    if (!sameType || previous.record.KeyUsage !== key.record.KeyUsage) {
      throw new KmsError('ValidationException', 'An alias can only move to a key of the same type and key usage.');
    }
    const { KeyId: TargetKeyId } = key.record;
    const count = (upTo: number) => stores.aliases.countByKey(TargetKeyId, upTo);
    const move = () => stores.aliases.update(previous.alias, { TargetKeyId, LastUpdatedDate: now });
    if (TargetKeyId === previous.record.KeyId) await move();
    else await quotas.within('aliasesPerKey', key.Arn, count, move);
    return undefined;
  },
});
