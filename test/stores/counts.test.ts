import { afterEach, beforeEach, expect, it } from 'vitest';
import type { GrantRecord } from '../../core/model/grant.ts';
import { dynamoStores } from '../../stores/dynamo/stores.ts';
import type { Writers } from '../../stores/ports.ts';
import { AccountId, aliasRecord, keyRecord, openTables, otherAccountId } from './embedded.ts';

const now = new Date('2026-11-21T12:00:00Z');
const idOf = (i: number) => `11111111-1111-4111-8111-${String(i).padStart(12, '0')}`;

let tables: Awaited<ReturnType<typeof openTables>>;
let stores: Writers;
beforeEach(async () => {
  tables = await openTables();
  stores = dynamoStores(tables.documents, (table) => table);
});
afterEach(() => tables.close());

it('counts the customer’s own keys of one account that are not past their date, and not their materials', async () => {
  const material = (KeyId: string) => ({ KeyId, KeyMaterialId: 'a'.repeat(64), wrapped: new Uint8Array([1]) });
  for (let i = 0; i < 5; i += 1) await stores.keys.create(keyRecord({ KeyId: idOf(i) }), material(idOf(i)));
  await stores.keys.create(keyRecord({ KeyId: idOf(5), DeletionDate: new Date('2026-11-01') }), undefined);
  await stores.keys.create(keyRecord({ KeyId: idOf(6), DeletionDate: new Date('2026-12-01') }), undefined);
  await stores.keys.create(keyRecord({ KeyId: idOf(7), AccountId: otherAccountId }), undefined);
  await stores.keys.create(keyRecord({ KeyId: idOf(8), KeyManager: 'AWS' }), undefined);
  expect(await stores.keys.count(AccountId, 100, now)).toBe(6);
  expect(await stores.keys.count(otherAccountId, 100, now)).toBe(1);
  expect(await stores.keys.count('999999999999', 100, now)).toBe(0);
});

it.each([1, 3, 4, 5, 6])('counts no further than %i', async (upTo) => {
  // Those that do not count stand between the others.
  for (let i = 0; i < 9; i += 1) {
    await stores.keys.create(keyRecord({ KeyId: idOf(i), ...(i % 2 === 1 && { DeletionDate: now }) }), undefined);
  }
  expect(await stores.keys.count(AccountId, upTo, now)).toBe(Math.min(upTo, 5));
});

it('counts the aliases of a key', async () => {
  for (let i = 0; i < 4; i += 1) await stores.aliases.create(aliasRecord({ AliasName: `alias/${i}` }));
  await stores.aliases.create(aliasRecord({ AliasName: 'alias/other', TargetKeyId: idOf(9) }));
  const { TargetKeyId } = aliasRecord();
  expect(await stores.aliases.countByKey(TargetKeyId, 50)).toBe(4);
  expect(await stores.aliases.countByKey(TargetKeyId, 3)).toBe(3);
});

it('counts and finds the grants on a key, also over several pages of DynamoDB', async () => {
  const grant = (i: number, KeyId = idOf(0)): GrantRecord => ({
    KeyId,
    GrantId: String(i).padStart(64, '0'),
    KeyAccountId: AccountId,
    AccountId,
    CreationDate: now,
    GranteePrincipal: `arn:aws:iam::${AccountId}:role/${'r'.repeat(60)}`,
    Operations: ['Decrypt'],
    // Together more than the megabyte that a page holds.
    Constraints: { EncryptionContextEquals: { filler: 'x'.repeat(300_000) } },
  });
  for (let i = 0; i < 8; i += 1) await stores.grants.create(grant(i));
  await stores.grants.create(grant(0, idOf(1)));
  expect(await stores.grants.count(idOf(0), 100)).toBe(8);
  expect(await stores.grants.count(idOf(0), 7)).toBe(7);
  // The grant that allows a call may be on any page.
  expect(await stores.grants.listByGrantee(grant(0).GranteePrincipal ?? '', idOf(0))).toHaveLength(8);
});
