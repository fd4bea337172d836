import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { MaterialVersion } from '../../core/model/key-materials.ts';
import type { KeyMaterial, KeyRecord } from '../../core/model/key-record.ts';
import type { Replica } from '../../core/model/related-keys.ts';
import type { KeyWriter } from '../ports.ts';
import {
  checkFormat,
  formatVersion,
  type Item,
  isLostCondition,
  queryCount,
  queryPage,
  staleWrite,
  unchanged,
} from './item.ts';

const recordItem = 'key';
const materialItem = (KeyMaterialId: string) => `material#${KeyMaterialId}`;

/** As an item holds it: instants as text. */
type Stored<T> = T extends Date
  ? string
  : T extends Uint8Array | string | number | boolean | undefined
    ? T
    : { readonly [Name in keyof T]: Stored<T[Name]> };

const toItem = (record: KeyRecord): Item => ({
  ...record,
  CreationDate: record.CreationDate.toISOString(),
  DeletionDate: record.DeletionDate?.toISOString(),
  passing: record.passing && { ...record.passing, until: record.passing.until?.toISOString() },
  related: record.related && {
    ...record.related,
    replicas: record.related.replicas.map(({ DeletionDate, ...rest }) => ({
      ...rest,
      DeletionDate: DeletionDate?.toISOString(),
    })),
  },
  rotation: record.rotation && { ...record.rotation, next: record.rotation.next.toISOString() },
  materials: record.materials.map(({ rotation, imported, ...rest }) => ({
    ...rest,
    rotation: rotation && { ...rotation, date: rotation.date.toISOString() },
    imported: imported && { ...imported, ValidTo: imported.ValidTo?.toISOString() },
  })),
  item: recordItem,
  formatVersion,
});

const toRecord = (stored: Item): KeyRecord => {
  const { item: _, formatVersion: __, ...rest } = checkFormat(stored);
  const record = rest as unknown as Stored<KeyRecord>; // what toItem wrote, checked by format version
  return {
    ...record,
    CreationDate: new Date(record.CreationDate),
    DeletionDate: toDate(record.DeletionDate),
    passing: record.passing && { ...record.passing, until: toDate(record.passing.until) },
    related: record.related && { ...record.related, replicas: record.related.replicas.map(toReplica) },
    rotation: record.rotation && { ...record.rotation, next: new Date(record.rotation.next) },
    materials: record.materials.map(toVersion),
  };
};

const toDate = (stored: string | undefined): Date | undefined => (stored === undefined ? undefined : new Date(stored));

const toReplica = ({ DeletionDate, ...rest }: Stored<Replica>): Replica => ({
  ...rest,
  DeletionDate: toDate(DeletionDate),
});

const toVersion = ({ rotation, imported, ...rest }: Stored<MaterialVersion>): MaterialVersion => ({
  ...rest,
  ...(rotation && { rotation: { ...rotation, date: new Date(rotation.date) } }),
  ...(imported && {
    imported: { ...imported, ValidTo: toDate(imported.ValidTo) },
  }),
});

/** Key records and materials, by `KeyId` (never alias or ARN). Consistent reads: a key disabled a moment ago must not encrypt. */
export const dynamoKeys = (client: DynamoDBDocumentClient, TableName: string): KeyWriter => {
  const read = async (KeyId: string, item: string) => {
    const { Item } = await client.send(new GetCommand({ TableName, Key: { KeyId, item }, ConsistentRead: true }));
    return Item;
  };
  const create = (Item: Item) =>
    client.send(new PutCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(KeyId)' }));
  const addMaterial = async (material: KeyMaterial) => {
    await create(materialToItem(material)).catch(unlessItExists);
  };

  const ofAccount = (AccountId: string, now: Date) => ({
    TableName,
    IndexName: 'by-account',
    KeyConditionExpression: 'AccountId = :account',
    FilterExpression: '(attribute_not_exists(DeletionDate) OR DeletionDate > :now)',
    ExpressionAttributeValues: { ':account': AccountId, ':now': now.toISOString() },
  });

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
        ...ofAccount(AccountId, now),
        ExclusiveStartKey: page.after === undefined ? undefined : { AccountId, KeyId: page.after, item: recordItem },
      };
      return queryPage(client, query, page, 'KeyId', ({ KeyId }) => String(KeyId));
    },

    async count(AccountId, upTo, now) {
      const all = ofAccount(AccountId, now);
      const FilterExpression = `${all.FilterExpression} AND attribute_not_exists(KeyManager)`;
      return queryCount(client, { ...all, FilterExpression }, upTo);
    },

    async create(record, material) {
      if (material !== undefined) await create(materialToItem(material));
      await create(toItem(record));
    },

    async update(record, change, material) {
      if (material !== undefined) await addMaterial(material);
      const updated = { ...record, ...change, revision: record.revision + 1 };
      await client.send(new PutCommand({ TableName, Item: toItem(updated), ...unchanged(record) })).catch(staleWrite);
      return updated;
    },

    addMaterial,

    async deleteMaterial(KeyId, KeyMaterialId) {
      await client.send(new DeleteCommand({ TableName, Key: { KeyId, item: materialItem(KeyMaterialId) } }));
    },
  };
};

/** An item of that name holds the same material: an id is random, or follows from what was imported. */
const unlessItExists = (error: unknown): void => {
  if (!isLostCondition(error)) throw error;
};

/** Without `AccountId`, so that only records stand in the index by account. */
const materialToItem = ({ KeyId, KeyMaterialId, wrapped }: KeyMaterial): Item => ({
  KeyId,
  item: materialItem(KeyMaterialId),
  wrapped,
  formatVersion,
});
