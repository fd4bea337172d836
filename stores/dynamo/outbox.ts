import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { dueBucketOf } from '../../core/model/due-work.ts';
import type { OutboxEntry } from '../../core/model/outbox.ts';
import type { KeySweeper } from '../ports.ts';
import { checkFormat, formatVersion, type Item, isLostCondition } from './item.ts';

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
export const dynamoOutbox = (client: DynamoDBDocumentClient, TableName: string): Outbox => ({
  async outboxEntry(KeyId) {
    const Key = { KeyId, item: outboxItem };
    const { Item: item } = await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
    return item && toEntry(checkFormat(item));
  },

  async addToOutbox(entry) {
    await client.send(new PutCommand({ TableName, Item: toItem(entry) }));
  },

  async removeFromOutbox({ KeyId, token }) {
    const condition = {
      ConditionExpression: '#token = :seen',
      ExpressionAttributeNames: { '#token': 'token' }, // a reserved word
      ExpressionAttributeValues: { ':seen': token },
    };
    const Key = { KeyId, item: outboxItem };
    await client.send(new DeleteCommand({ TableName, Key, ...condition })).catch((error: unknown) => {
      if (!isLostCondition(error)) throw error;
    });
  },
});
