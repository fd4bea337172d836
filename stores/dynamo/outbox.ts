import { dueBucketOf } from '../../core/model/due-work.ts';
import type { OutboxEntry } from '../../core/model/outbox.ts';
import type { KeySweeper } from '../ports.ts';
import type { Documents, Item } from './documents.ts';
import { checkFormat, formatVersion, isLostCondition } from './item.ts';

/** An item beside the record of its key, so that work which cannot be done now hides nothing else that is due. */
export const outboxItem = 'outbox';

const toItem = ({ KeyId, token, due }: OutboxEntry): Item => ({
  KeyId,
  item: outboxItem,
  token,
  dueBucket: dueBucketOf('outbox', KeyId),
  dueAt: `${due.toISOString()}#${KeyId}`,
  formatVersion,
});

const toEntry = ({ KeyId, token, dueAt }: Item): OutboxEntry => ({
  KeyId: String(KeyId),
  token: String(token),
  due: new Date(String(dueAt).split('#')[0] ?? ''),
});

type Outbox = Pick<KeySweeper, 'outboxEntry' | 'addToOutbox' | 'removeFromOutbox'>;

/** The outbox, in the table of the keys. */
export const dynamoOutbox = (documents: Documents, TableName: string): Outbox => ({
  async outboxEntry(KeyId) {
    const Key = { KeyId, item: outboxItem };
    const { Item: item } = await documents.get({ TableName, Key, ConsistentRead: true });
    return item && toEntry(checkFormat(item));
  },

  async addToOutbox(entry) {
    await documents.put({ TableName, Item: toItem(entry) });
  },

  async removeFromOutbox({ KeyId, token }) {
    const condition = {
      ConditionExpression: '#token = :seen',
      ExpressionAttributeNames: { '#token': 'token' }, // a reserved word
      ExpressionAttributeValues: { ':seen': token },
    };
    const Key = { KeyId, item: outboxItem };
    await documents.delete({ TableName, Key, ...condition }).catch((error: unknown) => {
      if (!isLostCondition(error)) throw error;
    });
  },
});
