import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newService, type Service } from '../../service.ts';
import { day, pass, passAll } from './passes.ts';

let kms: Service;
beforeEach(async () => {
  kms = await newService();
});
afterEach(() => kms.close());

const rowsOf = async (KeyId: string) => {
  const { items } = await kms.stores.keys.scan({ limit: 1000 });
  return items.filter((item) => item.KeyId === KeyId);
};

describe.each([7, 30])('a window of %d days', (PendingWindowInDays) => {
  it('can be ended one second before its end, not at its end', async () => {
    const early = await kms.newKey();
    const late = await kms.newKey();
    for (const { KeyId } of [early, late]) await kms.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays });
    kms.moveClock(PendingWindowInDays * day - 1);
    await passAll(kms);
    expect(await kms.call('CancelKeyDeletion', early)).toMatchObject({ status: 200 });
    kms.moveClock(1);
    expect(await kms.call('CancelKeyDeletion', late)).toMatchObject({ __type: 'NotFoundException' });
    await passAll(kms);
    expect(await kms.call('DescribeKey', early)).toMatchObject({ KeyMetadata: { KeyState: 'Disabled' } });
    expect(await kms.call('DescribeKey', late)).toMatchObject({ __type: 'NotFoundException' });
  });
});

it('deletes material, grants, aliases and record, and nothing of other keys', async () => {
  const { KeyId } = await kms.newKey();
  const other = await kms.newKey();
  const GranteePrincipal = 'arn:aws:iam::111122223333:user/alice';
  for (const key of [KeyId, other.KeyId]) {
    await kms.call('CreateAlias', { AliasName: `alias/${key}`, TargetKeyId: key });
    await kms.call('CreateGrant', { KeyId: key, GranteePrincipal, Operations: ['Decrypt'] });
  }
  await kms.call('RotateKeyOnDemand', { KeyId });
  await kms.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
  kms.moveClock(7 * day);
  await passAll(kms);
  const rows = await rowsOf(KeyId);
  expect(rows).toEqual([{ KeyId, KeyMaterialId: undefined }]); // the marker alone
  expect((await kms.stores.grants.scan({ limit: 10 })).items).toMatchObject([{ KeyId: other.KeyId }]);
  expect((await kms.stores.aliases.scan({ limit: 10 })).items).toMatchObject([{ TargetKeyId: other.KeyId }]);
  expect(await rowsOf(other.KeyId)).toHaveLength(2);
});

it('puts the deletion on record once', async () => {
  const { KeyId, Arn } = await kms.newKey();
  await kms.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
  kms.moveClock(7 * day);
  kms.audited.length = 0;
  await Promise.all([pass(kms, 'DeleteKeys'), pass(kms, 'DeleteKeys')]);
  await passAll(kms);
  expect(new Set(kms.audited.map(({ eventID }) => eventID)).size).toBe(1);
  expect(kms.audited[0]).toMatchObject({
    eventName: 'DeleteKey',
    eventType: 'AwsServiceEvent',
    responseElements: { keyId: Arn },
    resources: [{ ARN: Arn }],
  });
});

it('keeps a key dead when its items come back from a backup, and sweeps them', async () => {
  const { KeyId } = await kms.newKey();
  const record = (await kms.stores.keys.get(KeyId)) ?? expect.fail('no key');
  const material =
    (await kms.stores.keys.material(KeyId, record.currentKeyMaterialId ?? '')) ?? expect.fail('no material');
  const { CiphertextBlob } = await kms.call('Encrypt', { KeyId, Plaintext: Buffer.from('p') });
  await kms.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
  kms.moveClock(7 * day);
  await passAll(kms);
  await kms.stores.keys.create(record, material);
  expect(await kms.call('DescribeKey', { KeyId })).toMatchObject({ __type: 'NotFoundException' });
  expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({ status: 400 });
  await pass(kms, 'SweepOrphans');
  expect(await rowsOf(KeyId)).toHaveLength(1);
});

it('does not bring a key back when the clock goes back in the middle of its deletion', async () => {
  const { KeyId } = await kms.newKey();
  await kms.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
  kms.moveClock(7 * day);
  const broken = { ...kms.runtime, auditLog: { write: async () => Promise.reject(new Error('disk full')) } };
  expect(await pass({ runtime: broken }, 'DeleteKeys')).toMatchObject({ failed: 1 });
  kms.moveClock(-5 * day);
  expect(await kms.call('DescribeKey', { KeyId })).toMatchObject({ __type: 'NotFoundException' });
  expect((await kms.call('ListKeys')).Keys).toEqual([]);
  await passAll(kms);
  expect(await rowsOf(KeyId)).toHaveLength(1);
});

it('goes on after a key that fails', async () => {
  const broken = await kms.newKey();
  const fine = await kms.newKey();
  for (const { KeyId } of [broken, fine]) await kms.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
  kms.moveClock(7 * day);
  const { keys } = kms.stores;
  const failing = {
    ...kms.stores,
    keys: {
      ...keys,
      shred: (KeyId: string) => (KeyId === broken.KeyId ? Promise.reject(new Error('no')) : keys.shred(KeyId)),
    },
  };
  const runtime = { ...kms.runtime, storesFor: () => failing };
  expect(await pass({ runtime }, 'DeleteKeys')).toEqual({ done: 1, failed: 1, cut: false });
  expect(await rowsOf(fine.KeyId)).toHaveLength(1);
  expect(await pass(kms, 'DeleteKeys')).toMatchObject({ done: 1, failed: 0 });
});

it('deletes a primary its window after the last of its replicas', async () => {
  const { KeyId } = await kms.newKey({ MultiRegion: true });
  await kms.call('ReplicateKey', { KeyId, ReplicaRegion: 'eu-west-1' });
  const there = await kms.inRegion('eu-west-1');
  kms.moveClock(10);
  await kms.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
  await there.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 10 });
  const stateOf = async () => (await kms.call('DescribeKey', { KeyId })).KeyMetadata?.KeyState;
  kms.moveClock(9 * day);
  for (const place of [kms, there]) await passAll(place);
  expect(await stateOf()).toBe('PendingReplicaDeletion');
  kms.moveClock(day);
  for (const place of [kms, there]) await passAll(place);
  expect(await there.call('DescribeKey', { KeyId })).toMatchObject({ __type: 'NotFoundException' });
  expect(await stateOf()).toBe('PendingDeletion');
  kms.moveClock(7 * day);
  for (const place of [kms, there]) await passAll(place);
  expect(await stateOf()).toBeUndefined();
  expect(await rowsOf(KeyId)).toHaveLength(1);
});
