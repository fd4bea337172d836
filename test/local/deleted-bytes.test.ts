import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it } from 'vitest';
import { askControl } from '../../cli/control.ts';
import { openDeletedKeys, withoutDeletedKeys } from '../../local/deleted-keys.ts';
import { openEmbeddedDynamoDb } from '../../local/embedded-dynamodb.ts';
import { createTables } from '../../stores/dynamo/create-tables.ts';
import { dynamoStores } from '../../stores/dynamo/stores.ts';
import { newFolder, removeFolders } from '../e2e/folders.ts';
import { signedCalls } from '../e2e/signed-calls.ts';
import { killAll, type RunningKms, startKms } from '../e2e/start-kms.ts';
import { pass } from '../lambdas/schedules/passes.ts';
import { newService } from '../service.ts';
import { filesWith, piecesOf } from './raw-files.ts';

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
  await killAll();
});
afterAll(removeFolders);

/** The database of a service that does not run. */
const openDatabase = async (path: string) => {
  const { documents, tables, close, compact } = await openEmbeddedDynamoDb({ path });
  endings.push(close);
  const tableNameOf = (table: string) => `kms-us-east-1-${table}`;
  await createTables(tables, tableNameOf);
  return { stores: dynamoStores(documents, tableNameOf), close, compact };
};

it('takes off the disk what was deleted, wherever the database had put it by then', async () => {
  const path = await newFolder();
  let { stores, close, compact } = await openDatabase(path);
  const materials = Array.from({ length: 4 }, (_, n) => ({
    KeyId: `key-${n}`,
    KeyMaterialId: 'm',
    wrapped: crypto.getRandomValues(new Uint8Array(60)),
  }));
  const [atOnce, filed, reopened, kept] = materials.map((material) => ({
    ...material,
    pieces: piecesOf(material.wrapped),
  }));
  if (!atOnce || !filed || !reopened || !kept) return expect.fail('four were made');

  await stores.keys.addMaterial(reopened);
  await close();
  ({ stores, close, compact } = await openDatabase(path));
  expect(await filesWith(path, reopened.pieces)).toEqual([expect.stringMatching(/\.ldb$/)]);
  await stores.keys.addMaterial(atOnce);
  expect(await filesWith(path, atOnce.pieces)).toEqual([expect.stringMatching(/\.log$/)]);
  await stores.keys.deleteMaterial(atOnce);
  await stores.keys.addMaterial(filed);
  await stores.keys.addMaterial(kept);
  await compact();
  expect(await filesWith(path, atOnce.pieces)).toEqual([]);
  expect(await filesWith(path, filed.pieces)).not.toEqual([]);

  for (const material of [filed, reopened]) await stores.keys.deleteMaterial(material);
  await compact();
  for (const { pieces } of [atOnce, filed, reopened]) expect(await filesWith(path, pieces)).toEqual([]);
  expect(await filesWith(path, kept.pieces)).not.toEqual([]);
});

it('takes off the disk what was deleted from a database that has no file yet, and what was read before', async () => {
  const path = await newFolder();
  const { stores, compact } = await openDatabase(path);
  const material = { KeyId: 'key', KeyMaterialId: 'm', wrapped: crypto.getRandomValues(new Uint8Array(60)) };
  await stores.keys.addMaterial(material);
  expect((await stores.keys.scan({ limit: 1 })).items).toHaveLength(1);
  expect(await stores.keys.get('key')).toBeUndefined(); // asks for several items
  await stores.keys.deleteMaterial(material);
  expect(await filesWith(path, piecesOf(material.wrapped))).toHaveLength(1);
  await compact();
  expect(await filesWith(path, piecesOf(material.wrapped))).toEqual([]);
});

const callsTo = async (service: RunningKms) => {
  const calls = await signedCalls(service.endpoint, await service.credentials());
  endings.push(async () => calls.close());
  return async (operation: string, members: object) => (await calls.call(operation, members)).members;
};

it('leaves no byte of a deleted key in the files, and no backup of them brings it back', async () => {
  const data = await newFolder();
  const [db, backup] = [join(data, 'db'), `${data}-backup`];
  let service = await startKms({ data });
  let call = await callsTo(service);
  const [KeyId, kept] = [
    (await call('CreateKey', {})).KeyMetadata.KeyId,
    (await call('CreateKey', {})).KeyMetadata.KeyId,
  ] as string[];
  await call('CreateAlias', { AliasName: 'alias/gone', TargetKeyId: KeyId });
  const GranteePrincipal = 'arn:aws:iam::111122223333:user/alice';
  await call('CreateGrant', { KeyId, GranteePrincipal, Operations: ['Decrypt'] });
  const { CiphertextBlob } = await call('Encrypt', { KeyId, Plaintext: 'cA==' });
  await service.stop();

  const before = await openDatabase(db);
  const pieces = async (id = '') => {
    const { currentKeyMaterialId = '' } = (await before.stores.keys.get(id)) ?? {};
    return piecesOf((await before.stores.keys.material(id, currentKeyMaterialId))?.wrapped ?? new Uint8Array());
  };
  const [gone, stays] = [await pieces(KeyId), await pieces(kept)];
  await before.close();
  for (const found of [gone, stays]) expect(await filesWith(db, found)).not.toEqual([]);
  await cp(db, backup, { recursive: true });

  service = await startKms({ data });
  call = await callsTo(service);
  await call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
  await askControl(data, 'clock', { advance: 'P8D' });
  expect(await call('DescribeKey', { KeyId })).toMatchObject({ __type: 'NotFoundException' });
  expect(await filesWith(db, gone)).toEqual([]);
  expect(await filesWith(db, stays)).not.toEqual([]);
  await service.stop();
  expect(await filesWith(db, gone)).toEqual([]);

  await rm(db, { recursive: true });
  await cp(backup, db, { recursive: true });
  expect(await filesWith(db, gone)).not.toEqual([]);
  service = await startKms({ data });
  call = await callsTo(service);
  expect(await call('DescribeKey', { KeyId })).toMatchObject({ __type: 'NotFoundException' });
  expect(await call('DescribeKey', { KeyId: 'alias/gone' })).toMatchObject({ __type: 'NotFoundException' });
  expect((await call('Decrypt', { CiphertextBlob })).Plaintext).toBeUndefined();
  expect((await call('ListKeys', {})).Keys).toMatchObject([{ KeyId: kept }]);
  await service.stop();

  const { stores, compact } = await openDatabase(db);
  const { runtime, close } = await newService();
  endings.push(close);
  const deleted = await openDeletedKeys(join(data, 'deleted'));
  const swept = withoutDeletedKeys(stores, 'us-east-1', deleted);
  expect(await pass({ runtime: { ...runtime, storesFor: () => swept } }, 'SweepOrphans')).toMatchObject({ failed: 0 });
  await compact();
  const { items } = await stores.keys.scan({ limit: 100 });
  expect(items.filter((item) => item.KeyId === KeyId && item.KeyMaterialId !== undefined)).toEqual([]);
  expect(await stores.keys.get(KeyId ?? '')).toBeUndefined(); // by its marker, without the file that says so
  expect((await stores.aliases.scan({ limit: 10 })).items).toEqual([]);
  expect((await stores.grants.scan({ limit: 10 })).items).toEqual([]);
  expect(await filesWith(db, gone)).toEqual([]);
  expect(await filesWith(db, stays)).not.toEqual([]);
});
