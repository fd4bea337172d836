import { afterEach, beforeEach, expect, it } from 'vitest';
import { newService, type Service } from '../service.ts';

let kms: Service;
beforeEach(async () => {
  kms = await newService();
});
afterEach(() => kms.close());

const counted = () => [...kms.logged, ...kms.refusals].filter(({ metric }) => metric?.[0] === 'PendingDeletionKeyUse');

it('counts each use of a key that is pending deletion, and names the key, the caller and the request', async () => {
  const { KeyId, Arn } = await kms.newKey();
  const { CiphertextBlob } = await kms.call('Encrypt', { KeyId, Plaintext: Buffer.from('p') });
  await kms.call('ScheduleKeyDeletion', { KeyId });
  expect(await kms.call('ReEncrypt', { CiphertextBlob, DestinationKeyId: KeyId })).toMatchObject({ status: 400 });
  const { requestId } = await kms.call('Decrypt', { CiphertextBlob });
  const metric = ['PendingDeletionKeyUse', 1];
  const warning = { level: 'warn', caller: 'arn:aws:iam::111122223333:user/admin', resource: Arn, requestId, metric };
  expect(counted()).toMatchObject([
    { ...warning, action: 'kms:ReEncryptFrom' },
    { ...warning, action: 'kms:Decrypt' },
  ]);
});

it('counts the use of a primary that waits for its replicas to go', async () => {
  const { KeyId } = await kms.newKey({ MultiRegion: true });
  await kms.call('ReplicateKey', { KeyId, ReplicaRegion: 'eu-west-1' });
  kms.moveClock(10);
  await kms.call('ScheduleKeyDeletion', { KeyId });
  await kms.call('Encrypt', { KeyId, Plaintext: Buffer.from('p') });
  expect(counted()).toHaveLength(1);
});

it('does not count those who manage such a key, nor those who use another', async () => {
  const { KeyId } = await kms.newKey();
  const disabled = await kms.newKey();
  await kms.call('DisableKey', { KeyId: disabled.KeyId });
  await kms.call('ScheduleKeyDeletion', { KeyId });
  await kms.call('DescribeKey', { KeyId });
  expect(await kms.call('ScheduleKeyDeletion', { KeyId })).toMatchObject({ status: 400 });
  expect(await kms.call('EnableKey', { KeyId })).toMatchObject({ status: 400 });
  expect(await kms.call('Encrypt', { KeyId: disabled.KeyId, Plaintext: Buffer.from('p') })).toMatchObject({
    status: 400,
  });
  await kms.call('CancelKeyDeletion', { KeyId });
  await kms.call('EnableKey', { KeyId });
  await kms.call('Encrypt', { KeyId, Plaintext: Buffer.from('p') });
  expect(counted()).toEqual([]);
});
