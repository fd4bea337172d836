import type { GrantConstraints, GrantRecord } from '../../core/model/grant.ts';
import type { TextMap } from '../../core/model/shapes.ts';
import { tables } from '../../core/model/tables.ts';
import type { GrantSweeper } from '../ports.ts';
import type { Documents, Item } from './documents.ts';
import { checkFormat, formatVersion, isLostCondition, queryAll, queryCount, queryPage, scanPage } from './item.ts';

const keyAndGrant = ({ KeyId, GrantId }: Pick<GrantRecord, 'KeyId' | 'GrantId'>) => `${KeyId}#${GrantId}`;

/**
 * A context as it is stored: a list of pairs. The SDK loses a member named __proto__, so that a grant would have one
 * constraint less, and takes an object with one named constructor for something else.
 */
const toStored = (context: TextMap | undefined): unknown => context && Object.entries(context);

const fromStored = (context: unknown): TextMap | undefined =>
  // what toStored made, or an object as it was before; fromEntries defines properties, whatever their names
  Array.isArray(context) ? Object.fromEntries(context) : (context as TextMap | undefined);

const inContexts = <T>(constraints: GrantConstraints | undefined, each: (context: TextMap | undefined) => T) =>
  constraints && {
    ...constraints,
    EncryptionContextEquals: each(constraints.EncryptionContextEquals),
    EncryptionContextSubset: each(constraints.EncryptionContextSubset),
  };

const toItem = (grant: GrantRecord): Item => ({
  ...grant,
  Constraints: inContexts(grant.Constraints, toStored),
  GranteePrincipal: grant.GranteePrincipal ?? grant.GranteeServicePrincipal, // the index holds services too
  CreationDate: grant.CreationDate.toISOString(),
  keyAndGrant: keyAndGrant(grant),
  formatVersion,
});

const toGrant = (stored: Item): GrantRecord => {
  const { formatVersion: _, keyAndGrant: __, CreationDate, ...rest } = checkFormat(stored);
  const grant = rest as Omit<GrantRecord, 'CreationDate'>; // what toItem spread, checked by format version
  return {
    ...grant,
    Constraints: inContexts(grant.Constraints, fromStored),
    GranteePrincipal: grant.GranteeServicePrincipal === undefined ? grant.GranteePrincipal : undefined,
    CreationDate: new Date(String(CreationDate)),
  };
};

/** Grants, by key and grant id. */
export const dynamoGrants = (documents: Documents, TableName: string): GrantSweeper => ({
  async get(KeyId, GrantId) {
    const { Item } = await documents.get({ TableName, Key: { KeyId, GrantId }, ConsistentRead: true });
    return Item && toGrant(Item);
  },

  async list(KeyId, { GrantId, GranteePrincipal }, page) {
    const query = {
      TableName,
      ConsistentRead: true,
      KeyConditionExpression: GrantId === undefined ? 'KeyId = :key' : 'KeyId = :key AND GrantId = :grant',
      FilterExpression: GranteePrincipal && '(GranteePrincipal = :grantee OR GranteeServicePrincipal = :grantee)',
      ExpressionAttributeValues: { ':key': KeyId, ':grant': GrantId, ':grantee': GranteePrincipal },
      ExclusiveStartKey: page.after === undefined ? undefined : { KeyId, GrantId: page.after },
    };
    return queryPage(documents, query, page, 'GrantId', toGrant);
  },

  async count(KeyId, upTo) {
    const query = {
      TableName,
      KeyConditionExpression: 'KeyId = :key',
      ExpressionAttributeValues: { ':key': KeyId },
    };
    return queryCount(documents, query, upTo);
  },

  async listRetirable(RetiringPrincipal, page) {
    const [KeyId, GrantId] = page.after?.split('#') ?? [];
    const query = {
      TableName,
      IndexName: 'by-retiring-principal',
      KeyConditionExpression: 'RetiringPrincipal = :principal',
      ExpressionAttributeValues: { ':principal': RetiringPrincipal },
      ExclusiveStartKey:
        page.after === undefined ? undefined : { RetiringPrincipal, keyAndGrant: page.after, KeyId, GrantId },
    };
    return queryPage(documents, query, page, 'keyAndGrant', toGrant);
  },

  async listByGrantee(GranteePrincipal, KeyId) {
    const query = {
      TableName,
      IndexName: 'by-grantee',
      KeyConditionExpression: 'GranteePrincipal = :grantee AND begins_with(keyAndGrant, :key)',
      ExpressionAttributeValues: { ':grantee': GranteePrincipal, ':key': `${KeyId}#` },
    };
    return (await queryAll(documents, query)).map(toGrant);
  },

  scan: (page) => scanPage(documents, TableName, tables.grants, page, toGrant),

  async create(grant) {
    const condition = { ConditionExpression: 'attribute_not_exists(GrantId)' };
    try {
      await documents.put({ TableName, Item: toItem(grant), ...condition });
      return true;
    } catch (error) {
      if (isLostCondition(error)) return false;
      throw error;
    }
  },

  async delete({ KeyId, GrantId }) {
    const { Attributes } = await documents.delete({ TableName, Key: { KeyId, GrantId }, ReturnValues: 'ALL_OLD' });
    return Attributes !== undefined;
  },
});
