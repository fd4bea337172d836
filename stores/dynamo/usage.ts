import type { KeyUse } from '../../core/model/key-use.ts';
import type { UsageSweeper } from '../ports.ts';
import type { Documents } from './documents.ts';
import { checkFormat, formatVersion, isLostCondition } from './item.ts';

/** The one item of a key. */
const item = 'last';

/** Last uses, by key. */
export const dynamoUsage = (documents: Documents, TableName: string): UsageSweeper => ({
  async get(KeyId) {
    const { Item } = await documents.get({ TableName, Key: { KeyId, item }, ConsistentRead: true });
    if (Item === undefined) return undefined;
    const { item: _, formatVersion: __, Timestamp, ...rest } = checkFormat(Item);
    return { ...(rest as Omit<KeyUse, 'Timestamp'>), Timestamp: new Date(String(Timestamp)) }; // what `note` spread
  },

  async note(use) {
    const Timestamp = use.Timestamp.toISOString();
    const onlyForward = {
      ConditionExpression: 'attribute_not_exists(KeyId) OR #time < :time',
      ExpressionAttributeNames: { '#time': 'Timestamp' },
      ExpressionAttributeValues: { ':time': Timestamp },
    };
    const Item = { ...use, Timestamp, item, formatVersion };
    await documents.put({ TableName, Item, ...onlyForward }).catch((error: unknown) => {
      if (!isLostCondition(error)) throw error; // a later use is known
    });
  },

  async forget(KeyId) {
    await documents.delete({ TableName, Key: { KeyId, item } });
  },
});
