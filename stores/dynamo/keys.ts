import { createHash } from 'node:crypto';
import { dueBucketOf, dueBuckets, dueWork } from '../../core/model/due-work.ts';
import type { MaterialVersion } from '../../core/model/key-materials.ts';
import type { KeyMaterial, KeyRecord } from '../../core/model/key-record.ts';
import type { Replica } from '../../core/model/related-keys.ts';
import { tables } from '../../core/model/tables.ts';
import type { KeySweeper, StoredItem } from '../ports.ts';
import type { Documents, Item } from './documents.ts';
import {
  checkFormat,
  formatVersion,
  isLostCondition,
  queryCount,
  queryPage,
  scanPage,
  staleWrite,
  unchanged,
} from './item.ts';
import { dynamoOutbox, outboxItem } from './outbox.ts';

const recordItem = 'key';
const materialPrefix = 'material#';
const materialItem = (KeyMaterialId: string) => `${materialPrefix}${KeyMaterialId}`;
/** Outlives the record, so that a copy of it from a backup stays dead. One for each life: a replica may come again. */
const markerPrefix = 'deleted#';
const markerItem = (CreationDate: string) => `${markerPrefix}${CreationDate}`;

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
  pendingEvents: record.pendingEvents?.map((event) => ({ ...event, eventTime: event.eventTime.toISOString() })),
  ...dueAttributes(record),
  item: recordItem,
  formatVersion,
});

/** Instant and key id: two entries of an index must differ. */
const dueAttributes = (record: KeyRecord): Item => {
  const due = dueWork(record);
  return due
    ? { dueBucket: dueBucketOf(due.work, record.KeyId), dueAt: `${due.at.toISOString()}#${record.KeyId}` }
    : {};
};

const toRecord = (stored: Item): KeyRecord => {
  const { item: _, formatVersion: __, dueBucket: ___, dueAt: ____, ...rest } = checkFormat(stored);
  const record = rest as unknown as Stored<KeyRecord>; // what toItem wrote, checked by format version
  return {
    ...record,
    CreationDate: new Date(record.CreationDate),
    DeletionDate: toDate(record.DeletionDate),
    passing: record.passing && { ...record.passing, until: toDate(record.passing.until) },
    related: record.related && { ...record.related, replicas: record.related.replicas.map(toReplica) },
    rotation: record.rotation && { ...record.rotation, next: new Date(record.rotation.next) },
    materials: record.materials.map(toVersion),
    pendingEvents: record.pendingEvents?.map((event) => ({ ...event, eventTime: new Date(event.eventTime) })),
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
export const dynamoKeys = (documents: Documents, TableName: string): KeySweeper => {
  /** Items of one key from one name to another, in the order of their names. */
  const itemsOf = async (KeyId: string, from: string, to: string, projection?: string): Promise<Item[]> => {
    const { Items = [] } = await documents.query({
      TableName,
      KeyConditionExpression: 'KeyId = :id AND #item BETWEEN :from AND :to',
      ExpressionAttributeNames: { '#item': 'item' },
      ExpressionAttributeValues: { ':id': KeyId, ':from': from, ':to': to },
      ConsistentRead: true,
      ...(projection && { ProjectionExpression: projection }),
    });
    return Items;
  };
  const remove = (KeyId: string, item: string) => documents.delete({ TableName, Key: { KeyId, item } });
  const create = (Item: Item) => documents.put({ TableName, Item, ConditionExpression: 'attribute_not_exists(KeyId)' });
  const addMaterial = async (material: KeyMaterial) => {
    await create(materialToItem(material)).catch(unlessConditionIsLost);
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
      const [record, ...markers] = (await itemsOf(KeyId, markerPrefix, recordItem)).reverse();
      const isDead = markers.some(({ item }) => item === markerItem(String(record?.CreationDate)));
      return record?.item === recordItem && !isDead ? toRecord(record) : undefined;
    },

    async material(KeyId, KeyMaterialId) {
      const Key = { KeyId, item: materialItem(KeyMaterialId) };
      const { Item: item } = await documents.get({ TableName, Key, ConsistentRead: true });
      return item && toMaterial(checkFormat(item));
    },

    async list(AccountId, page, now) {
      const query = {
        ...ofAccount(AccountId, now),
        ExclusiveStartKey: page.after === undefined ? undefined : { AccountId, KeyId: page.after, item: recordItem },
      };
      return queryPage(documents, query, page, 'KeyId', ({ KeyId }) => String(KeyId));
    },

    async due(bucket, until, page) {
      const item = dueBuckets('outbox').includes(bucket) ? outboxItem : recordItem;
      const query = {
        TableName,
        IndexName: 'due',
        KeyConditionExpression: 'dueBucket = :bucket AND dueAt < :until',
        ExpressionAttributeValues: { ':bucket': bucket, ':until': `${until.toISOString()}$` }, // `$` follows `#`
        ExclusiveStartKey:
          page.after === undefined
            ? undefined
            : { dueBucket: bucket, dueAt: page.after, KeyId: page.after.split('#')[1], item },
      };
      return queryPage(documents, query, page, 'dueAt', ({ KeyId }) => String(KeyId));
    },

    async count(AccountId, upTo, now) {
      const all = ofAccount(AccountId, now);
      const FilterExpression = `${all.FilterExpression} AND attribute_not_exists(KeyManager)`;
      return queryCount(documents, { ...all, FilterExpression }, upTo);
    },

    async create(record, material) {
      if (material !== undefined) await create(materialToItem(material));
      await create(toItem(record));
    },

    async update(record, change, material) {
      // Imported again, it may be there already, and about to be deleted: it must not look like what was read then.
      if (material !== undefined) await documents.put({ TableName, Item: materialToItem(material) });
      const updated = { ...record, ...change, revision: record.revision + 1 };
      await documents.put({ TableName, Item: toItem(updated), ...unchanged(record) }).catch(staleWrite);
      return updated;
    },

    addMaterial,

    async deleteMaterial(material) {
      const condition = {
        ConditionExpression: '#wrapped = :seen OR writtenAs = :first',
        ExpressionAttributeNames: { '#wrapped': 'wrapped' }, // a reserved word
        ExpressionAttributeValues: { ':seen': material.wrapped, ':first': firstFormOf(material) },
      };
      const Key = { KeyId: material.KeyId, item: materialItem(material.KeyMaterialId) };
      await documents.delete({ TableName, Key, ...condition }).catch(unlessConditionIsLost);
    },

    async replaceMaterial(material, wrapped) {
      const Item = materialToItem({ ...material, wrapped, writtenAs: firstFormOf(material) });
      const condition = {
        ConditionExpression: '#wrapped = :seen',
        ExpressionAttributeNames: { '#wrapped': 'wrapped' },
        ExpressionAttributeValues: { ':seen': material.wrapped },
      };
      await documents.put({ TableName, Item, ...condition }).catch(staleWrite);
    },

    async shred(KeyId) {
      for (let left = true; left; ) {
        const items = await itemsOf(KeyId, markerPrefix, '~', '#item, CreationDate');
        const names = items.map(({ item }) => String(item));
        const goes = items.filter(
          ({ item, CreationDate }) =>
            !String(item).startsWith(markerPrefix) &&
            (item !== recordItem || names.includes(markerItem(String(CreationDate)))),
        );
        for (const { item } of goes) await remove(KeyId, String(item));
        left = goes.length > 0;
      }
    },

    async remove(record) {
      const { KeyId } = record;
      const Item = { KeyId, item: markerItem(record.CreationDate.toISOString()), formatVersion };
      await documents.put({ TableName, Item });
      const Key = { KeyId, item: recordItem };
      await documents.delete({ TableName, Key, ...unchanged(record) }).catch(staleWrite);
    },

    ...dynamoOutbox(documents, TableName),

    scan: (page) => scanPage(documents, TableName, tables.keys, page, toStoredItem),
  };
};

/** For writes that need not happen then: the material is there already, or is no longer what was to go. */
const unlessConditionIsLost = (error: unknown): void => {
  if (!isLostCondition(error)) throw error;
};

/** Without `AccountId`, so that only records stand in the index by account. */
const materialToItem = ({ KeyId, KeyMaterialId, wrapped, writtenAs }: KeyMaterial): Item => ({
  KeyId,
  item: materialItem(KeyMaterialId),
  wrapped,
  writtenAs,
  formatVersion,
});

const toMaterial = ({ KeyId, item, wrapped, writtenAs }: Item): KeyMaterial => ({
  KeyId: String(KeyId),
  KeyMaterialId: String(item).slice(materialPrefix.length),
  wrapped: wrapped as Uint8Array, // a Binary attribute
  ...(writtenAs !== undefined && { writtenAs: String(writtenAs) }),
});

/** What tells an item from another of the same material, however often it was wrapped anew. */
const firstFormOf = ({ wrapped, writtenAs }: KeyMaterial): string =>
  writtenAs ?? createHash('sha256').update(wrapped).digest('hex');

const toStoredItem = (item: Item): StoredItem =>
  String(item.item).startsWith(materialPrefix) ? toMaterial(item) : { KeyId: String(item.KeyId) };
