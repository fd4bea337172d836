import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { KeyMaterial, KeyRecord } from '../../core/model/key-record.ts';
import type { KeyWriter } from '../ports.ts';
import { checkFormat, formatVersion, type Item, queryPage, staleWrite, unchanged } from './item.ts';

const recordItem = 'key';
const materialItem = (KeyMaterialId: string) => `material#${KeyMaterialId}`;

const toItem = (record: KeyRecord): Item => ({
  ...record,
  CreationDate: record.CreationDate.toISOString(),
  DeletionDate: record.DeletionDate?.toISOString(),
  item: recordItem,
  formatVersion,
});

const toRecord = (stored: Item): KeyRecord => {
  const { item: _, formatVersion: __, CreationDate, DeletionDate, ...rest } = checkFormat(stored);
  return {
    ...(rest as Omit<KeyRecord, 'CreationDate' | 'DeletionDate'>), // what toItem spread, checked by format version
    CreationDate: new Date(String(CreationDate)),
    DeletionDate: DeletionDate === undefined ? undefined : new Date(String(DeletionDate)),
  };
};

/** Key records and materials, by `KeyId` (never alias or ARN). Consistent reads: a key disabled a moment ago must not encrypt. */
export const dynamoKeys = (client: DynamoDBDocumentClient, TableName: string): KeyWriter => {
  const read = async (KeyId: string, item: string) => {
    const { Item } = await client.send(new GetCommand({ TableName, Key: { KeyId, item }, ConsistentRead: true }));
    return Item;
  };
  const create = (Item: Item) =>
    client.send(new PutCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(KeyId)' }));

  return {
    async get(KeyId) {
      const item = await read(KeyId, recordItem);
      return item && toRecord(item);
    },

    async material(KeyId, KeyMaterialId) {
      const item = await read(KeyId, materialItem(KeyMaterialId));
      return item && { KeyId, KeyMaterialId, wrapped: checkFormat(item).wrapped as Uint8Array }; // a Binary attribute
    },

    async list(AccountId, page, now) {
      const query = {
        TableName,
        IndexName: 'by-account',
        KeyConditionExpression: 'AccountId = :account',
        FilterExpression: 'attribute_not_exists(DeletionDate) OR DeletionDate > :now',
        ExpressionAttributeValues: { ':account': AccountId, ':now': now.toISOString() },
        ExclusiveStartKey: page.after === undefined ? undefined : { AccountId, KeyId: page.after, item: recordItem },
      };
      return queryPage(client, query, page, 'KeyId', ({ KeyId }) => String(KeyId));
    },

    async create(record, material) {
      if (material !== undefined) await create(materialToItem(material));
      await create(toItem(record));
    },

    async update(record, change) {
      const updated = { ...record, ...change, revision: record.revision + 1 };
      await client.send(new PutCommand({ TableName, Item: toItem(updated), ...unchanged(record) })).catch(staleWrite);
      return updated;
    },
  };
};

/** Without `AccountId`, so that only records stand in the index by account. */
const materialToItem = ({ KeyId, KeyMaterialId, wrapped }: KeyMaterial): Item => ({
  KeyId,
  item: materialItem(KeyMaterialId),
  wrapped,
  formatVersion,
});
