import { checkAliasName } from '../../core/model/alias-name.ts';
import { aliasName } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** Takes a name from its key; the key stays. https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteAlias.html */
export const deleteAlias = operation({
  name: 'DeleteAlias',
  input: { AliasName: aliasName() },
  key: { from: 'AliasName', byAlias: 'only' },
  permissions: { alias: 'AliasName' },
  audit: { readOnly: false, response: 'key ARN' },
  uses: { aliases: ['delete'] },

  check({ AliasName }) {
    checkAliasName(AliasName);
  },

  async handle({ key, stores }) {
    await stores.aliases.delete(key.alias);
    return undefined;
  },
});
