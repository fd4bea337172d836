import { aliasArn } from '../../core/model/arn.ts';
import { stateAt } from '../../core/model/key-record.ts';
import { withPredefined } from '../../core/model/predefined-aliases.ts';
import { keyId, optional, pageMembers } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** The aliases of the caller's account, or those of one key. https://docs.aws.amazon.com/kms/latest/APIReference/API_ListAliases.html */
export const listAliases = operation({
  name: 'ListAliases',
  input: { KeyId: optional(keyId()), ...pageMembers },
  key: { from: 'KeyId', permission: null },
  page: { defaultLimit: 50, maxLimit: 100 },
  audit: { readOnly: true },
  uses: { aliases: ['list', 'listByKey'], keys: ['get'] },

  async handle({ key, stores, caller: { accountId }, region, page, now }) {
    const { items, next } = key
      ? await stores.aliases.listByKey(accountId, key.record.KeyId, page)
      : await stores.aliases.list(accountId, page);
    // An alias goes with its key, by the clock; the item itself is swept later.
    const records = await Promise.all(items.map(({ TargetKeyId }) => stores.keys.get(TargetKeyId)));
    const present = items.filter((_, i) => records[i] !== undefined && stateAt(records[i], now) !== undefined);
    const listing = key ? { items: present, next } : withPredefined(present, next, page);
    const Aliases = listing.items.map(({ AliasName, ...alias }) => ({
      AliasName,
      AliasArn: aliasArn({ region, accountId }, AliasName),
      TargetKeyId: alias.TargetKeyId,
      CreationDate: alias.CreationDate,
      LastUpdatedDate: alias.LastUpdatedDate,
    }));
    return { Aliases, ...page.end(listing.next) };
  },
});
