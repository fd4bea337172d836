import { checkAliasName } from '../../core/model/alias-name.ts';
import { aliasArn, parseKeyIdentifier } from '../../core/model/arn.ts';
import { KmsError } from '../../core/model/errors.ts';
import { aliasName, keyId } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

const mostAliasesOfAKey = 50;

/** Gives a key a name. https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html */
export const createAlias = operation({
  name: 'CreateAlias',
  input: { AliasName: aliasName(), TargetKeyId: keyId() },
  key: { from: 'TargetKeyId', states: ['Enabled', 'Disabled', 'PendingImport'] },
  audit: { readOnly: false, response: 'key ARN' },
  uses: { aliases: 'write' },

  check({ AliasName, TargetKeyId }) {
    checkAliasName(AliasName);
    if (parseKeyIdentifier(TargetKeyId)?.kind === 'alias') {
      throw new KmsError('ValidationException', 'Aliases must refer to keys. Not aliases');
    }
  },

  async handle({ input: { AliasName }, key: { record }, stores, caller: { accountId }, region, now }) {
    const { items: present } = await stores.aliases.listByKey(accountId, record.KeyId, { limit: mostAliasesOfAKey });
    if (present.length >= mostAliasesOfAKey) {
      throw new KmsError('LimitExceededException', `A key may have at most ${mostAliasesOfAKey} aliases.`);
    }
    const dates = { CreationDate: now, LastUpdatedDate: now };
    const alias = { AccountId: accountId, AliasName, TargetKeyId: record.KeyId, ...dates, revision: 1 };
    if (!(await stores.aliases.create(alias))) {
      const arn = aliasArn({ region, accountId }, AliasName);
      throw new KmsError('AlreadyExistsException', `An alias with the name ${arn} already exists`);
    }
    return undefined;
  },
});
