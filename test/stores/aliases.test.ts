import { ConditionalCheckFailedException, DynamoDBClient, InternalServerError } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dynamoAliases } from '../../stores/dynamo/aliases.ts';
import { sdkDocuments } from '../../stores/dynamo/sdk-documents.ts';
import { type AliasWriter, StaleRecordError } from '../../stores/ports.ts';
import { AccountId, aliasRecord, openTables, otherAccountId } from './embedded.ts';

const alias = aliasRecord();
const { AliasName, TargetKeyId } = alias;

describe('on the embedded DynamoDB', () => {
  let tables: Awaited<ReturnType<typeof openTables>>;
  let aliases: AliasWriter;
  beforeEach(async () => {
    tables = await openTables();
    aliases = dynamoAliases(tables.documents, 'aliases');
  });
  afterEach(() => tables.close());

  it('gives back the alias it was given', async () => {
    expect(await aliases.create(alias)).toBe(true);
    expect(await aliases.get(AccountId, AliasName)).toEqual(alias);
    expect(await aliases.get(AccountId, 'alias/One')).toBeUndefined();
    expect(await aliases.get(otherAccountId, AliasName)).toBeUndefined();
  });

  it('tells that a name is taken, and leaves it', async () => {
    await aliases.create(alias);
    expect(await aliases.create({ ...alias, TargetKeyId: 'other' })).toBe(false);
    expect(await aliases.get(AccountId, AliasName)).toEqual(alias);
    expect(await aliases.create({ ...alias, AccountId: otherAccountId })).toBe(true);
  });

  it('lets one of many that make a name at once win', async () => {
    const made = await Promise.all([1, 2, 3, 4].map((i) => aliases.create({ ...alias, TargetKeyId: `k${i}` })));
    expect(made.filter((won) => won)).toHaveLength(1);
  });

  it('moves an alias that is still what was read, and counts', async () => {
    await aliases.create(alias);
    const moved = await aliases.update(alias, { TargetKeyId: 'other' });
    expect(moved).toEqual({ ...alias, TargetKeyId: 'other', revision: 2 });
    expect(await aliases.get(AccountId, AliasName)).toEqual(moved);
  });

  it('refuses to move or delete what another write has changed', async () => {
    await aliases.create(alias);
    const moved = await aliases.update(alias, { TargetKeyId: 'other' });
    await expect(aliases.update(alias, { TargetKeyId: 'third' })).rejects.toThrow(StaleRecordError);
    await expect(aliases.delete(alias)).rejects.toThrow(StaleRecordError);
    expect(await aliases.get(AccountId, AliasName)).toEqual(moved);
  });

  it('refuses to move or delete what is gone', async () => {
    await aliases.create(alias);
    await aliases.delete(alias);
    expect(await aliases.get(AccountId, AliasName)).toBeUndefined();
    await expect(aliases.delete(alias)).rejects.toThrow(StaleRecordError);
    await expect(aliases.update(alias, { TargetKeyId: 'other' })).rejects.toThrow(StaleRecordError);
    expect(await aliases.get(AccountId, AliasName)).toBeUndefined();
  });

  // CreateAlias begins to count anywhere, so that a name that was deleted and made anew is another alias.
  it('refuses to delete an alias that was made anew since it was read', async () => {
    await aliases.create(alias);
    await aliases.delete(alias);
    await aliases.create({ ...alias, TargetKeyId: 'other', revision: alias.revision + 1000 });
    await expect(aliases.delete(alias)).rejects.toThrow(StaleRecordError);
  });

  describe('listing', () => {
    const names = ['alias/B', 'alias/a', 'alias/b', 'alias/b-1', 'alias/b/1'];
    beforeEach(async () => {
      for (const [i, name] of [...names].reverse().entries()) {
        await aliases.create(aliasRecord({ AliasName: name, TargetKeyId: i % 2 === 0 ? 'even' : 'odd' }));
      }
      await aliases.create(aliasRecord({ AccountId: otherAccountId, AliasName: 'alias/foreign' }));
    });
    const walk = async (
      list: (page: { limit: number; after?: string | undefined }) => ReturnType<AliasWriter['list']>,
    ) => {
      const pages: string[][] = [];
      let after: string | undefined;
      do {
        const { items, next } = await list({ limit: 2, after });
        pages.push(items.map((item) => item.AliasName));
        after = next;
      } while (after !== undefined);
      return pages;
    };

    it('gives the aliases of an account in the order of their bytes, page by page', async () => {
      expect(await walk((page) => aliases.list(AccountId, page))).toEqual([
        ['alias/B', 'alias/a'],
        ['alias/b', 'alias/b-1'],
        ['alias/b/1'],
      ]);
    });

    it('gives those of one key', async () => {
      expect(await walk((page) => aliases.listByKey(AccountId, 'even', page))).toEqual([
        ['alias/B', 'alias/b'],
        ['alias/b/1'],
      ]);
      expect(await walk((page) => aliases.listByKey(AccountId, 'odd', page))).toEqual([['alias/a', 'alias/b-1']]);
      expect(await walk((page) => aliases.listByKey(AccountId, 'none', page))).toEqual([[]]);
    });

    it('goes on from a position whose alias is gone', async () => {
      const { items } = await aliases.list(AccountId, { limit: 10, after: 'alias/aa' });
      expect(items.map((item) => item.AliasName)).toEqual(['alias/b', 'alias/b-1', 'alias/b/1']);
    });
  });

  it('refuses items of another format, in reads and listings', async () => {
    await aliases.create(alias);
    const { Items = [] } = await tables.documents.scan({ TableName: 'aliases' });
    await tables.documents.put({ TableName: 'aliases', Item: { ...Items[0], formatVersion: 2 } });
    const refused = 'an item has format version 2; this program knows 1';
    await expect(aliases.get(AccountId, AliasName)).rejects.toThrow(refused);
    await expect(aliases.list(AccountId, { limit: 1 })).rejects.toThrow(refused);
    await expect(aliases.listByKey(AccountId, TargetKeyId, { limit: 1 })).rejects.toThrow(refused);
  });
});

describe('on a DynamoDB that fails', () => {
  const dynamo = mockClient(DynamoDBDocumentClient);
  afterAll(() => dynamo.restore());
  const aliases = dynamoAliases(sdkDocuments(new DynamoDBClient({ region: 'us-east-1' })), 'aliases');
  beforeEach(() => dynamo.reset());

  const lost = new ConditionalCheckFailedException({ $metadata: {}, message: 'The conditional request failed' });
  const broken = new InternalServerError({ $metadata: {}, message: 'oops' });

  it('calls a lost condition a stale record, except where a name is taken', async () => {
    dynamo.onAnyCommand().rejects(lost);
    await expect(aliases.update(alias, {})).rejects.toMatchObject({ name: 'StaleRecordError', cause: lost });
    await expect(aliases.delete(alias)).rejects.toMatchObject({ name: 'StaleRecordError', cause: lost });
    expect(await aliases.create(alias)).toBe(false);
  });

  it('passes on any other failure as it is', async () => {
    dynamo.onAnyCommand().rejects(broken);
    await expect(aliases.create(alias)).rejects.toBe(broken);
    await expect(aliases.update(alias, {})).rejects.toBe(broken);
    await expect(aliases.delete(alias)).rejects.toBe(broken);
    await expect(aliases.get(AccountId, AliasName)).rejects.toBe(broken);
    await expect(aliases.list(AccountId, { limit: 1 })).rejects.toBe(broken);
    await expect(aliases.listByKey(AccountId, TargetKeyId, { limit: 1 })).rejects.toBe(broken);
  });

  it('writes and deletes on conditions, and reads consistently where the table allows it', async () => {
    dynamo.onAnyCommand().resolves({});
    await aliases.create(alias);
    await aliases.update(alias, {});
    await aliases.delete(alias);
    await aliases.get(AccountId, AliasName);
    await aliases.list(AccountId, { limit: 1 });
    const [created, updated] = dynamo.commandCalls(PutCommand).map(({ args }) => args[0].input);
    expect(created?.ConditionExpression).toBe('attribute_not_exists(AliasName)');
    expect(updated?.ConditionExpression).toContain('revision = :seen');
    expect(dynamo.commandCalls(DeleteCommand)[0]?.args[0].input.ConditionExpression).toContain('revision = :seen');
    expect(dynamo.commandCalls(GetCommand)[0]?.args[0].input.ConsistentRead).toBe(true);
    expect(dynamo.commandCalls(QueryCommand)[0]?.args[0].input.ConsistentRead).toBe(true);
  });
});
