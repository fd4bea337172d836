import { afterEach, beforeEach, expect, it } from 'vitest';
import { runSchedule } from '../../../lambdas/run-schedule.ts';
import { rotateKeys } from '../../../lambdas/schedules/rotate-keys.ts';
import { newService, type Service } from '../../service.ts';
import { day, pass, passAll } from './passes.ts';

let kms: Service;
beforeEach(async () => {
  kms = await newService();
});
afterEach(() => kms.close());

const rotations = async (KeyId: string) => (await kms.call('ListKeyRotations', { KeyId })).Rotations as object[];
const encrypt = async (KeyId: string) =>
  (await kms.call('Encrypt', { KeyId, Plaintext: Buffer.from('p') })).CiphertextBlob;
const material = async (KeyId: string) => (await kms.call('DescribeKey', { KeyId })).KeyMetadata.CurrentKeyMaterialId;

it.each([90, 365])(
  'rotates every %d days for ten years, and what was encrypted before each still opens',
  async (days) => {
    const { KeyId } = await kms.newKey();
    await kms.call('EnableKeyRotation', { KeyId, RotationPeriodInDays: days });
    const blobs = [await encrypt(KeyId)];
    const materials = new Set([await material(KeyId)]);
    const times = Math.floor(3650 / days);
    for (let n = 0; n < times; n += 1) {
      kms.moveClock(days * day - 1);
      await pass(kms, 'RotateKeys');
      expect(materials).toContain(await material(KeyId));
      kms.moveClock(1);
      await pass(kms, 'RotateKeys');
      materials.add(await material(KeyId));
      blobs.push(await encrypt(KeyId));
    }
    expect(materials.size).toBe(times + 1);
    expect(await rotations(KeyId)).toHaveLength(times);
    for (const CiphertextBlob of blobs) {
      expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({ status: 200, Plaintext: 'cA==' });
    }
  },
);

it('rotates once for each date, however often it runs and however many run at once', async () => {
  const { KeyId } = await kms.newKey();
  await kms.call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
  kms.moveClock(90 * day);
  await Promise.all(Array.from({ length: 5 }, () => pass(kms, 'RotateKeys')));
  await pass(kms, 'RotateKeys');
  expect(await rotations(KeyId)).toHaveLength(1);
  const rotated = kms.audited.filter(({ eventName }) => eventName === 'RotateKey');
  expect(new Set(rotated.map(({ eventID }) => eventID)).size).toBe(1);
});

it('makes up for each date that went by without a pass, at its date', async () => {
  const { KeyId } = await kms.newKey();
  await kms.call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 100 });
  const from = kms.now().getTime();
  kms.moveClock(350 * day);
  await pass(kms, 'RotateKeys');
  const dates = [100, 200, 300].map((days) => (from + days * day * 1000) / 1000);
  expect(await rotations(KeyId)).toMatchObject(
    dates.map((RotationDate) => ({ RotationDate, RotationType: 'AUTOMATIC' })),
  );
  expect(await kms.call('GetKeyRotationStatus', { KeyId })).toMatchObject({
    NextRotationDate: from / 1000 + 400 * day,
  });
});

it('leaves a disabled key until it is enabled again', async () => {
  const { KeyId } = await kms.newKey();
  await kms.call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
  await kms.call('DisableKey', { KeyId });
  kms.moveClock(91 * day);
  expect(await pass(kms, 'RotateKeys')).toMatchObject({ done: 0 });
  await kms.call('EnableKey', { KeyId });
  await pass(kms, 'RotateKeys');
  expect(await rotations(KeyId)).toHaveLength(1);
});

it('puts the rotation on record as an event of the service', async () => {
  const { KeyId, Arn } = await kms.newKey();
  await kms.call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
  const previousKeyMaterialId = await material(KeyId);
  kms.moveClock(90 * day);
  kms.audited.length = 0;
  await pass(kms, 'RotateKeys');
  const currentKeyMaterialId = await material(KeyId);
  expect(kms.audited[0]).toMatchObject({
    eventName: 'RotateKey',
    eventType: 'AwsServiceEvent',
    userIdentity: { accountId: '111122223333', invokedBy: 'AWS Internal' },
    responseElements: { keyId: Arn },
    resources: [{ ARN: Arn }],
    serviceEventDetails: {
      keyId: KeyId,
      rotationType: 'AUTOMATIC',
      keyOrigin: 'AWS_KMS',
      previousKeyMaterialId,
      currentKeyMaterialId,
    },
  });
});

it('puts a rotation on demand on record too', async () => {
  const { KeyId } = await kms.newKey();
  await kms.call('RotateKeyOnDemand', { KeyId });
  await passAll(kms);
  await passAll(kms);
  const events = kms.audited.filter(({ eventName }) => eventName === 'RotateKey');
  expect(events).toMatchObject([{ serviceEventDetails: { rotationType: 'ON_DEMAND' } }]);
});

it('does not put on record what it could not, and does when it can again', async () => {
  const { KeyId } = await kms.newKey();
  await kms.call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
  kms.moveClock(90 * day);
  const broken = { ...kms.runtime, auditLog: { write: async () => Promise.reject(new Error('disk full')) } };
  expect(await pass({ runtime: broken }, 'RotateKeys')).toMatchObject({ failed: 1 });
  expect(kms.logged).toMatchObject([{ level: 'error', metric: ['ScheduleFailures', 1] }]);
  expect(await rotations(KeyId)).toHaveLength(1);
  await passAll(kms);
  expect(await rotations(KeyId)).toHaveLength(1);
  expect(kms.audited.filter(({ eventName }) => eventName === 'RotateKey')).toHaveLength(1);
});

it('rotates a multi-Region key by its primary, and its replicas with it', async () => {
  const { KeyId } = await kms.newKey({ MultiRegion: true });
  await kms.call('ReplicateKey', { KeyId, ReplicaRegion: 'eu-west-1' });
  await kms.call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
  const there = await kms.inRegion('eu-west-1');
  kms.moveClock(90 * day);
  expect(await pass(there, 'RotateKeys')).toMatchObject({ done: 0 });
  await pass(kms, 'RotateKeys');
  const { KeyMetadata } = await there.call('DescribeKey', { KeyId });
  expect(KeyMetadata.CurrentKeyMaterialId).toBe(await material(KeyId));
  const { CiphertextBlob } = await there.call('Encrypt', { KeyId, Plaintext: Buffer.from('p') });
  expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({ Plaintext: 'cA==' });
  await passAll(there);
  const events = kms.audited.filter(({ eventName }) => eventName === 'SynchronizeMultiRegionKey');
  expect(events.at(-1)).toMatchObject({ awsRegion: 'eu-west-1', eventType: 'AwsApiCall' });
});

it('goes on where it ran out of time', async () => {
  const record = (await kms.stores.keys.get((await kms.newKey()).KeyId)) ?? expect.fail('no key');
  const next = new Date(kms.now().getTime() + 1000);
  const ids = Array.from({ length: 40 }, (_, n) => `${record.KeyId.slice(0, -4)}${n.toString(16).padStart(4, '0')}`);
  for (const KeyId of ids)
    await kms.stores.keys.create({ ...record, KeyId, rotation: { periodDays: 90, next } }, undefined);
  kms.moveClock(1);
  let passes = 0;
  for (let cut = true; cut; passes += 1) {
    let left = 12;
    cut = (await runSchedule(rotateKeys, kms.runtime)({ outOfTime: () => left-- <= 0 })).cut;
  }
  expect(passes).toBe(4);
  for (const KeyId of ids) expect(await kms.stores.keys.get(KeyId)).toMatchObject({ materials: [{}, {}] });
});
