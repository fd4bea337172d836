import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  ProvisionedThroughputExceededException,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dueBuckets } from '../../core/model/due-work.ts';
import { multiRegionConfiguration } from '../../core/model/related-keys.ts';
import { dynamoKeys } from '../../stores/dynamo/keys.ts';
import { sdkDocuments } from '../../stores/dynamo/sdk-documents.ts';
import { type KeySweeper, type Page, StaleRecordError } from '../../stores/ports.ts';
import { AccountId, keyRecord, openTables, otherAccountId } from './embedded.ts';

const record = keyRecord();
const { KeyId } = record;
const material = { KeyId, KeyMaterialId: 'a'.repeat(64), wrapped: new Uint8Array([1, 2, 3]) };
const now = new Date('2026-11-21T12:00:00Z');

describe('on the embedded DynamoDB', () => {
  let tables: Awaited<ReturnType<typeof openTables>>;
  let keys: KeySweeper;
  beforeEach(async () => {
    tables = await openTables();
    keys = dynamoKeys(tables.documents, 'keys');
  });
  afterEach(() => tables.close());

  it('gives back the record it was given, dates to the millisecond', async () => {
    await keys.create(record, material);
    expect(await keys.get(KeyId)).toEqual(record);
    const dying = { KeyState: 'PendingDeletion', DeletionDate: new Date('2026-12-01T00:00:00.001Z') } as const;
    await keys.update(record, dying);
    expect(await keys.get(KeyId)).toEqual({ ...record, ...dying, revision: 2 });
  });

  it('gives back the dates of materials and rotation, and bytes as bytes', async () => {
    const imported = {
      ImportState: 'IMPORTED',
      ExpirationModel: 'KEY_MATERIAL_EXPIRES',
      ValidTo: new Date('2027-01-01T00:00:00.125Z'),
      PublicKey: new Uint8Array([1, 2, 3]),
    } as const;
    const rotation = { date: new Date('2026-05-06T07:08:09.010Z'), type: 'ON_DEMAND' } as const;
    const rotating = keyRecord({
      materials: [
        { KeyMaterialId: 'a'.repeat(64), KeyMaterialState: 'NON_CURRENT' },
        { KeyMaterialId: 'b'.repeat(64), KeyMaterialState: 'CURRENT', rotation, imported },
      ],
      rotation: { periodDays: 90, next: new Date('2027-02-03T04:05:06.007Z') },
    });
    await keys.create(rotating, undefined);
    const stored = await keys.get(KeyId);
    expect(stored).toEqual(rotating);
    const later = await keys.update(rotating, { rotation: undefined });
    expect((await keys.get(KeyId))?.rotation).toBeUndefined();
    expect(await keys.update(later, {})).toMatchObject({ materials: rotating.materials });
  });

  it('gives back what a multi-Region key knows of the others, and a state that passes', async () => {
    const at = (second: number) => new Date(Date.UTC(2027, 0, 1, 0, 0, second, 125));
    const replicas = [{ Region: 'eu-west-1' }, { Region: 'ap-south-1', DeletionDate: at(1) }];
    const related = keyRecord({
      MultiRegion: true,
      related: { primaryRegion: 'us-east-1', replicas },
      passing: { KeyState: 'Updating', until: at(2) },
      PendingDeletionWindowInDays: 9,
    });
    await keys.create(related, undefined);
    expect(await keys.get(KeyId)).toEqual(related);
    const open = await keys.update(related, { passing: { KeyState: 'Creating' } });
    expect(await keys.get(KeyId)).toEqual(open);
  });

  it('reads a multi-Region key from before there were replicas as a primary without any', async () => {
    await keys.create(keyRecord({ MultiRegion: true }), material);
    const stored = await keys.get(KeyId);
    expect(stored && multiRegionConfiguration(stored, 'us-east-1', now)).toMatchObject({
      MultiRegionKeyType: 'PRIMARY',
      PrimaryKey: { Region: 'us-east-1' },
      ReplicaKeys: [],
    });
  });

  it('adds material without a record, and leaves what is there already', async () => {
    await keys.addMaterial(material);
    await keys.addMaterial({ ...material, wrapped: new Uint8Array([9]) });
    expect(await keys.material(KeyId, material.KeyMaterialId)).toEqual(material);
    expect(await keys.get(KeyId)).toBeUndefined();
  });

  it('writes material that an update points to, in place of what is there already', async () => {
    await keys.create(record, material);
    const next = { ...material, KeyMaterialId: 'b'.repeat(64), wrapped: new Uint8Array([4]) };
    const updated = await keys.update(record, { currentKeyMaterialId: next.KeyMaterialId }, next);
    expect(await keys.material(KeyId, next.KeyMaterialId)).toEqual(next);
    const again = { ...next, wrapped: new Uint8Array([5]) };
    await keys.update(updated, {}, again);
    expect(await keys.material(KeyId, next.KeyMaterialId)).toEqual(again);
    expect(await keys.get(KeyId)).toMatchObject({ revision: 3, currentKeyMaterialId: next.KeyMaterialId });
  });

  it('deletes material and nothing else, also twice', async () => {
    await keys.create(record, material);
    for (let i = 0; i < 2; i += 1) await keys.deleteMaterial(material);
    expect(await keys.material(KeyId, material.KeyMaterialId)).toBeUndefined();
    expect(await keys.get(KeyId)).toEqual(record);
    await keys.update(record, {}, material);
    expect(await keys.material(KeyId, material.KeyMaterialId)).toEqual(material);
  });

  it('leaves material that was imported again since it was read', async () => {
    await keys.create(record, material);
    const again = { ...material, wrapped: new Uint8Array([9]) };
    await keys.update(record, {}, again);
    await keys.deleteMaterial(material);
    expect(await keys.material(KeyId, material.KeyMaterialId)).toEqual(again);
  });

  const anew = new Uint8Array([4, 5, 6]);

  it('puts material that was wrapped anew in place of what was read, once', async () => {
    await keys.create(record, material);
    await keys.replaceMaterial(material, anew);
    expect(await keys.material(KeyId, material.KeyMaterialId)).toMatchObject({ ...material, wrapped: anew });
    await expect(keys.replaceMaterial(material, new Uint8Array([7]))).rejects.toThrow(StaleRecordError);
    expect(await keys.material(KeyId, material.KeyMaterialId)).toMatchObject({ wrapped: anew });
    expect(await keys.get(KeyId)).toEqual(record);
  });

  it('does not bring back material that was deleted before it was wrapped anew, nor replace what was imported again', async () => {
    await keys.create(record, material);
    await keys.deleteMaterial(material);
    await expect(keys.replaceMaterial(material, anew)).rejects.toThrow(StaleRecordError);
    expect(await keys.material(KeyId, material.KeyMaterialId)).toBeUndefined();
    const again = { ...material, wrapped: new Uint8Array([9]) };
    await keys.update(record, {}, again);
    await expect(keys.replaceMaterial(material, anew)).rejects.toThrow(StaleRecordError);
    expect(await keys.material(KeyId, material.KeyMaterialId)).toEqual(again);
  });

  it('deletes material that was read before it was wrapped anew, however often', async () => {
    for (const times of [1, 2]) {
      await keys.addMaterial(material);
      for (let n = 1; n <= times; n += 1) {
        const stored = await keys.material(KeyId, material.KeyMaterialId);
        if (stored) await keys.replaceMaterial(stored, new Uint8Array([4, n]));
      }
      await keys.deleteMaterial(material);
      expect(await keys.material(KeyId, material.KeyMaterialId)).toBeUndefined();
    }
  });

  it('leaves material that was imported again and then wrapped anew since it was read', async () => {
    await keys.create(record, material);
    const again = { ...material, wrapped: new Uint8Array([9]) };
    await keys.update(record, {}, again);
    await keys.replaceMaterial(again, anew);
    await keys.deleteMaterial(material);
    expect(await keys.material(KeyId, material.KeyMaterialId)).toMatchObject({ wrapped: anew });
  });

  it('removes a record for good: a copy of it that comes back is dead, another life of the key is not', async () => {
    await keys.create(record, material);
    await keys.shred(KeyId);
    expect(await keys.material(KeyId, material.KeyMaterialId)).toBeUndefined();
    expect(await keys.get(KeyId)).toEqual(record);
    await expect(keys.remove({ ...record, revision: 7 })).rejects.toThrow(StaleRecordError);
    await keys.remove(record);
    expect(await keys.get(KeyId)).toBeUndefined();
    await keys.create(record, material);
    expect(await keys.get(KeyId)).toBeUndefined();
    await keys.shred(KeyId);
    expect(await keys.material(KeyId, material.KeyMaterialId)).toBeUndefined();
    const another = { ...record, CreationDate: new Date(record.CreationDate.getTime() + 1) };
    await keys.create(another, undefined);
    expect(await keys.get(KeyId)).toEqual(another);
  });

  it('finds keys by what is due, up to an instant and with it', async () => {
    const next = new Date('2027-01-01T00:00:00Z');
    const due = async (at: Date, after?: string) => {
      const pages = dueBuckets('rotation').map((bucket) => keys.due(bucket, at, { limit: 10, after }));
      return (await Promise.all(pages)).flatMap(({ items }) => items);
    };
    await keys.create(keyRecord({ rotation: { periodDays: 90, next } }), undefined);
    await keys.create(keyRecord({ KeyId: `${KeyId.slice(0, -1)}0` }), undefined);
    expect(await due(new Date(next.getTime() - 1))).toEqual([]);
    expect(await due(next)).toEqual([KeyId]);
    const stored = await keys.get(KeyId);
    if (stored) await keys.update(stored, { KeyState: 'Disabled' });
    expect(await due(next)).toEqual([]);
  });

  it('knows nothing of a key that was never made', async () => {
    expect(await keys.get(KeyId)).toBeUndefined();
    expect(await keys.material(KeyId, material.KeyMaterialId)).toBeUndefined();
  });

  it('gives back material byte for byte, by its id only', async () => {
    await keys.create(record, material);
    expect(await keys.material(KeyId, material.KeyMaterialId)).toEqual(material);
    expect(await keys.material(KeyId, 'b'.repeat(64))).toBeUndefined();
  });

  it('makes a record without material, for a key whose material is imported', async () => {
    const external = keyRecord({ currentKeyMaterialId: undefined, KeyState: 'PendingImport' });
    await keys.create(external, undefined);
    const { currentKeyMaterialId: _, ...stored } = external;
    expect(await keys.get(KeyId)).toEqual(stored);
  });

  it('never replaces a key that exists', async () => {
    await keys.create(record, material);
    const other = { ...material, wrapped: new Uint8Array([9]) };
    await expect(keys.create(keyRecord({ Description: 'other' }), other)).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
    });
    await expect(keys.create(keyRecord({ Description: 'other' }), undefined)).rejects.toThrow();
    expect(await keys.get(KeyId)).toEqual(record);
    expect(await keys.material(KeyId, material.KeyMaterialId)).toEqual(material);
  });

  it('updates a record that is still what was read, and counts', async () => {
    await keys.create(record, material);
    const second = await keys.update(record, { Description: 'second' });
    expect(second).toEqual({ ...record, Description: 'second', revision: 2 });
    expect(await keys.update(second, { Description: 'third' })).toMatchObject({ revision: 3 });
    expect(await keys.get(KeyId)).toMatchObject({ Description: 'third', revision: 3 });
  });

  it('refuses to update what another write has changed', async () => {
    await keys.create(record, material);
    await keys.update(record, { Description: 'first' });
    await expect(keys.update(record, { Description: 'second' })).rejects.toThrow(StaleRecordError);
    expect(await keys.get(KeyId)).toMatchObject({ Description: 'first', revision: 2 });
  });

  it('refuses to update a key that is gone, rather than making it anew', async () => {
    await expect(keys.update(record, { Description: 'ghost' })).rejects.toThrow(StaleRecordError);
    expect(await keys.get(KeyId)).toBeUndefined();
  });

  it('lets one of many updates at once win', async () => {
    await keys.create(record, material);
    const done = await Promise.allSettled([1, 2, 3, 4].map((i) => keys.update(record, { Description: `${i}` })));
    expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await keys.get(KeyId)).toMatchObject({ revision: 2 });
  });

  it('forgets a member that an update takes away', async () => {
    const dying = keyRecord({ DeletionDate: new Date('2026-12-01T00:00:00Z') });
    await keys.create(dying, material);
    await keys.update(dying, { DeletionDate: undefined });
    expect((await keys.get(KeyId))?.DeletionDate).toBeUndefined();
  });

  describe('listing an account', () => {
    const idOf = (i: number) => `${String(i).padStart(8, '0')}-1111-4111-8111-111111111111`;
    const make = async (count: number, change = {}) => {
      for (let i = 0; i < count; i += 1) {
        const KeyId = idOf(i);
        await keys.create(keyRecord({ KeyId, ...change }), { ...material, KeyId });
      }
    };
    const walk = async (limit: number, at = now) => {
      const pages: Page<string>[] = [];
      let after: string | undefined;
      do {
        const page = await keys.list(AccountId, { limit, after }, at);
        pages.push(page);
        after = page.next;
      } while (after !== undefined);
      return pages;
    };

    it('gives ids in order, each key once, whatever its materials', async () => {
      await make(5);
      await keys.create(keyRecord({ KeyId: idOf(9), AccountId: otherAccountId }), { ...material, KeyId: idOf(9) });
      const pages = await walk(2);
      expect(pages.map(({ items }) => items)).toEqual([[idOf(0), idOf(1)], [idOf(2), idOf(3)], [idOf(4)]]);
    });

    it('ends without an empty page when the last is full', async () => {
      await make(4);
      expect((await walk(2)).map(({ items }) => items.length)).toEqual([2, 2]);
    });

    it('leaves out keys whose deletion date has come, also at the edges of pages', async () => {
      await make(3);
      const dates = ['2026-11-21T12:00:00.000Z', '2026-11-21T12:00:00.001Z', '2020-01-01T00:00:00Z'];
      for (const [i, date] of dates.entries()) {
        const dying = keyRecord({ KeyId: idOf(10 + i), DeletionDate: new Date(date) });
        await keys.create(dying, { ...material, KeyId: dying.KeyId });
      }
      for (const limit of [1, 2, 3, 10]) {
        const items = (await walk(limit)).flatMap((page) => page.items);
        expect(items).toEqual([idOf(0), idOf(1), idOf(2), idOf(11)]);
      }
    });

    it('goes on from a position whose key is gone', async () => {
      await make(3);
      const { items } = await keys.list(AccountId, { limit: 10, after: '00000000-9' }, now);
      expect(items).toEqual([idOf(1), idOf(2)]);
    });
  });

  it.each([2, undefined, '1'])('refuses items of format version %s', async (formatVersion) => {
    await keys.create(record, material);
    const { Items = [] } = await tables.documents.scan({ TableName: 'keys' });
    for (const item of Items) {
      await tables.documents.put({ TableName: 'keys', Item: { ...item, formatVersion } });
    }
    await expect(keys.get(KeyId)).rejects.toThrow(`an item has format version ${formatVersion}`);
    await expect(keys.material(KeyId, material.KeyMaterialId)).rejects.toThrow('this program knows 1');
  });

  it('names in the index by account no key material', async () => {
    await keys.create(record, material);
    const byAccount = { IndexName: 'by-account', KeyConditionExpression: 'AccountId = :a' };
    const { Items } = await tables.documents.query({
      TableName: 'keys',
      ...byAccount,
      ExpressionAttributeValues: { ':a': AccountId },
    });
    expect(Items).toEqual([{ AccountId, KeyId, item: 'key' }]);
  });
});

describe('on a DynamoDB that fails', () => {
  const dynamo = mockClient(DynamoDBDocumentClient);
  afterAll(() => dynamo.restore());
  const keys = dynamoKeys(sdkDocuments(new DynamoDBClient({ region: 'us-east-1' })), 'keys');
  beforeEach(() => dynamo.reset());

  const lost = new ConditionalCheckFailedException({ $metadata: {}, message: 'The conditional request failed' });
  const throttled = new ProvisionedThroughputExceededException({ $metadata: {}, message: 'slow down' });

  it('writes the material first, then the record that points to it', async () => {
    dynamo.on(PutCommand).resolves({});
    await keys.create(record, material);
    const written = dynamo.commandCalls(PutCommand).map(({ args }) => args[0].input);
    expect(written.map(({ Item }) => Item?.item)).toEqual([`material#${material.KeyMaterialId}`, 'key']);
    for (const { ConditionExpression } of written) expect(ConditionExpression).toBe('attribute_not_exists(KeyId)');
  });

  it('writes new material before the record that points to it, and leaves the record when that fails', async () => {
    dynamo.on(PutCommand).resolves({});
    await keys.update(record, {}, material);
    const written = dynamo.commandCalls(PutCommand).map(({ args }) => args[0].input.Item?.item);
    expect(written).toEqual([`material#${material.KeyMaterialId}`, 'key']);
    dynamo.reset();
    dynamo.on(PutCommand).rejects(throttled);
    await expect(keys.update(record, {}, material)).rejects.toBe(throttled);
    expect(dynamo.commandCalls(PutCommand)).toHaveLength(1);
  });

  it('leaves no record behind when the material could not be written', async () => {
    dynamo.on(PutCommand).rejects(throttled);
    await expect(keys.create(record, material)).rejects.toBe(throttled);
    expect(dynamo.commandCalls(PutCommand)).toHaveLength(1);
  });

  it('calls a lost condition a stale record, and says why', async () => {
    dynamo.on(PutCommand).rejects(lost);
    await expect(keys.update(record, {})).rejects.toMatchObject({ name: 'StaleRecordError', cause: lost });
    expect(dynamo.commandCalls(PutCommand)[0]?.args[0].input).toMatchObject({
      ConditionExpression: 'revision = :seen',
      ExpressionAttributeValues: { ':seen': record.revision },
      Item: { revision: record.revision + 1 },
    });
  });

  it('passes on any other failure as it is', async () => {
    dynamo.onAnyCommand().rejects(throttled);
    await expect(keys.update(record, {})).rejects.toBe(throttled);
    await expect(keys.get(KeyId)).rejects.toBe(throttled);
    await expect(keys.material(KeyId, '')).rejects.toBe(throttled);
    await expect(keys.list(AccountId, { limit: 1 }, now)).rejects.toBe(throttled);
  });

  it('calls a position that DynamoDB refuses an invalid marker, and nothing else that it refuses', async () => {
    const outside = new Error('The provided starting key is outside query boundaries based on provided conditions');
    dynamo.onAnyCommand().rejects(Object.assign(outside, { name: 'ValidationException' }));
    const invalid = { name: 'InvalidMarkerException' };
    await expect(keys.list(AccountId, { limit: 1, after: 'x' }, now)).rejects.toMatchObject(invalid);
    await expect(keys.list(AccountId, { limit: 1 }, now)).rejects.toBe(outside);
    dynamo.onAnyCommand().rejects(throttled);
    await expect(keys.list(AccountId, { limit: 1, after: 'x' }, now)).rejects.toBe(throttled);
  });

  it('reads records and materials consistently: a key disabled a moment ago must not encrypt', async () => {
    dynamo.on(GetCommand).resolves({}).on(QueryCommand).resolves({});
    await keys.get(KeyId);
    await keys.material(KeyId, material.KeyMaterialId);
    expect(dynamo.commandCalls(QueryCommand).map(({ args }) => args[0].input.ConsistentRead)).toEqual([true]);
    expect(dynamo.commandCalls(GetCommand).map(({ args }) => args[0].input.ConsistentRead)).toEqual([true]);
  });

  it('goes on after a page that a filter or its size left short, even empty', async () => {
    const LastEvaluatedKey = { AccountId, KeyId: 'k5', item: 'key' };
    dynamo
      .on(QueryCommand)
      .resolvesOnce({ Items: [{ KeyId: 'k2' }], LastEvaluatedKey })
      .resolvesOnce({ Items: [], LastEvaluatedKey })
      .resolves({ Items: [{ KeyId: 'k2' }] });
    expect(await keys.list(AccountId, { limit: 3 }, now)).toEqual({ items: ['k2'], next: 'k5' });
    expect(await keys.list(AccountId, { limit: 3 }, now)).toEqual({ items: [], next: 'k5' });
    expect(await keys.list(AccountId, { limit: 3, after: 'k1' }, now)).toEqual({ items: ['k2'], next: undefined });
    const [, , last] = dynamo.commandCalls(QueryCommand);
    expect(last?.args[0].input).toMatchObject({
      Limit: 4,
      ExclusiveStartKey: { AccountId, KeyId: 'k1', item: 'key' },
    });
  });
});
