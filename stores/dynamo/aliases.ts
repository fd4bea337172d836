import type { AliasRecord } from '../../core/model/key-record.ts';
import { tables } from '../../core/model/tables.ts';
import type { AliasSweeper } from '../ports.ts';
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

const toItem = (alias: AliasRecord): Item => ({
  ...alias,
  CreationDate: alias.CreationDate.toISOString(),
  LastUpdatedDate: alias.LastUpdatedDate.toISOString(),
  formatVersion,
});

const toAlias = (stored: Item): AliasRecord => {
  const { formatVersion: _, CreationDate, LastUpdatedDate, ...rest } = checkFormat(stored);
  return {
    ...(rest as Omit<AliasRecord, 'CreationDate' | 'LastUpdatedDate'>), // what toItem spread, checked by format version
    CreationDate: new Date(String(CreationDate)),
    LastUpdatedDate: new Date(String(LastUpdatedDate)),
  };
};

/** Aliases, by account and name. Consistent reads: a moved alias must not encrypt under the old key. */
export const dynamoAliases = (documents: Documents, TableName: string): AliasSweeper => ({
  async get(AccountId, AliasName) {
    const { Item } = await documents.get({ TableName, Key: { AccountId, AliasName }, ConsistentRead: true });
    return Item && toAlias(Item);
  },

  async list(AccountId, page) {
    const query = {
      TableName,
      ConsistentRead: true,
      KeyConditionExpression: 'AccountId = :account',
      ExpressionAttributeValues: { ':account': AccountId },
      ExclusiveStartKey: page.after === undefined ? undefined : { AccountId, AliasName: page.after },
    };
    return queryPage(documents, query, page, 'AliasName', toAlias);
  },

  async listByKey(AccountId, TargetKeyId, page) {
    const query = {
      TableName,
      IndexName: 'by-key',
      KeyConditionExpression: 'TargetKeyId = :key',
      ExpressionAttributeValues: { ':key': TargetKeyId },
      ExclusiveStartKey: page.after === undefined ? undefined : { TargetKeyId, AccountId, AliasName: page.after },
    };
    return queryPage(documents, query, page, 'AliasName', toAlias);
  },

  scan: (page) => scanPage(documents, TableName, tables.aliases, page, toAlias),

  async countByKey(TargetKeyId, upTo) {
    const query = {
      TableName,
      IndexName: 'by-key',
      KeyConditionExpression: 'TargetKeyId = :key',
      ExpressionAttributeValues: { ':key': TargetKeyId },
    };
    return queryCount(documents, query, upTo);
  },

  async create(alias) {
    const condition = { ConditionExpression: 'attribute_not_exists(AliasName)' };
    try {
      await documents.put({ TableName, Item: toItem(alias), ...condition });
      return true;
    } catch (error) {
      if (isLostCondition(error)) return false;
      throw error;
    }
  },

  async update(alias, change) {
    const updated = { ...alias, ...change, revision: alias.revision + 1 };
    await documents.put({ TableName, Item: toItem(updated), ...unchanged(alias) }).catch(staleWrite);
    return updated;
  },

  async delete(alias) {
    const Key = { AccountId: alias.AccountId, AliasName: alias.AliasName };
    await documents.delete({ TableName, Key, ...unchanged(alias) }).catch(staleWrite);
  },
});
