import { keyArn } from '../../core/model/arn.ts';
import { pageMembers } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** The caller's keys in this Region. https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeys.html */
export const listKeys = operation({
  name: 'ListKeys',
  input: pageMembers,
  page: { defaultLimit: 100, maxLimit: 1000 },
  audit: { readOnly: true },
  uses: { keys: ['list'] },

  async handle({ stores, caller: { accountId }, region, now, page }) {
    const { items, next } = await stores.keys.list(accountId, page, now);
    const Keys = items.map((KeyId) => ({ KeyId, KeyArn: keyArn({ region, accountId }, KeyId) }));
    return { Keys, ...page.end(next) };
  },
});
