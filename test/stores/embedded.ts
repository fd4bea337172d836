import type { AliasRecord, KeyRecord } from '../../core/model/key-record.ts';
import { openEmbeddedDynamoDb } from '../../local/embedded-dynamodb.ts';
import { createTables } from '../../stores/dynamo/create-tables.ts';

/** The tables of one Region on a DynamoDB in memory, and a client that writes whatever a test wants to find there. */
export const openTables = async () => {
  const { tables, documents, close } = await openEmbeddedDynamoDb();
  await createTables(tables, (table) => table);
  return { documents, close };
};

export const AccountId = '111122223333';
export const otherAccountId = '444455556666';

export const keyRecord = (change: Partial<KeyRecord> = {}): KeyRecord => ({
  KeyId: '11111111-1111-4111-8111-111111111111',
  AccountId,
  CreationDate: new Date('2026-01-02T03:04:05.678Z'),
  Description: '',
  KeySpec: 'SYMMETRIC_DEFAULT',
  KeyUsage: 'ENCRYPT_DECRYPT',
  Origin: 'AWS_KMS',
  MultiRegion: false,
  KeyState: 'Enabled',
  Policy: '{}',
  Tags: [{ TagKey: 'k', TagValue: '' }],
  currentKeyMaterialId: 'a'.repeat(64),
  materials: [{ KeyMaterialId: 'a'.repeat(64), KeyMaterialState: 'CURRENT' }],
  revision: 1,
  ...change,
});

export const aliasRecord = (change: Partial<AliasRecord> = {}): AliasRecord => ({
  AccountId,
  AliasName: 'alias/one',
  TargetKeyId: '11111111-1111-4111-8111-111111111111',
  CreationDate: new Date('2026-01-02T03:04:05.678Z'),
  LastUpdatedDate: new Date('2026-01-02T03:04:05.678Z'),
  revision: 1,
  ...change,
});
