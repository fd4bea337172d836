import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newService, type Service, type ServiceRegion, userOf } from '../service.ts';

/** https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html */
const day = 86_400;
const Plaintext = Buffer.from('text');

let kms: Service;
let europe: ServiceRegion;
let asia: ServiceRegion;
let KeyId: string;
let Arn: string;
beforeAll(async () => {
  kms = await newService();
  europe = await kms.inRegion('eu-west-1');
  asia = await kms.inRegion('ap-south-1');
});
afterAll(() => kms.close());
beforeEach(async () => {
  ({ KeyId, Arn } = await kms.newKey({ MultiRegion: true }));
});

const replicate = async (ReplicaRegion = 'eu-west-1') => {
  const answer = await kms.call('ReplicateKey', { KeyId, ReplicaRegion });
  kms.moveClock(1);
  return answer;
};
const schedule = (region: Pick<Service, 'call'>, PendingWindowInDays = 7) =>
  region.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays });
const cancel = (region: Pick<Service, 'call'>) => region.call('CancelKeyDeletion', { KeyId });
const metadata = async (region: Pick<Service, 'call'> = kms) =>
  (await region.call('DescribeKey', { KeyId })).KeyMetadata;
const seconds = () => kms.now().getTime() / 1000;
const isListed = async (region: Pick<Service, 'call'>) =>
  (await region.call('ListKeys', { Limit: 1000 })).Keys.some((key: { KeyId: string }) => key.KeyId === KeyId);

describe('a primary with replicas that is to be deleted', () => {
  it('waits for them, without a date', async () => {
    await replicate();
    const { requestId: _, ...answer } = await schedule(kms, 10);
    expect(answer).toEqual({ status: 200, KeyId: Arn, KeyState: 'PendingReplicaDeletion', PendingWindowInDays: 10 });
    const shown = await metadata();
    expect(shown).toMatchObject({
      KeyState: 'PendingReplicaDeletion',
      Enabled: false,
      PendingDeletionWindowInDays: 10,
    });
    expect(shown).not.toHaveProperty('DeletionDate');
    const message = `${Arn} is pending replica deletion.`;
    expect(await kms.call('Encrypt', { KeyId, Plaintext })).toMatchObject({
      __type: 'KMSInvalidStateException',
      message,
    });
    expect(await europe.call('Encrypt', { KeyId, Plaintext })).toMatchObject({ status: 200 });
    kms.moveClock(400 * day);
    expect(await metadata()).toMatchObject({ KeyState: 'PendingReplicaDeletion' });
  });

  it('shows its rotation until it is itself to be deleted', async () => {
    await kms.call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    const rotation = async (region: Pick<Service, 'call'>) => {
      const { status: _, requestId: __, KeyId: ___, ...shown } = await region.call('GetKeyRotationStatus', { KeyId });
      return shown;
    };
    const enabled = await rotation(kms);
    expect(enabled).toMatchObject({ KeyRotationEnabled: true });
    await replicate();
    await schedule(kms);
    expect(await rotation(kms)).toEqual(enabled);
    await schedule(europe);
    expect(await rotation(kms)).toEqual(enabled);
    expect(await rotation(europe)).toEqual({ KeyRotationEnabled: false });
    kms.moveClock(7 * day);
    expect(await metadata()).toMatchObject({ KeyState: 'PendingDeletion' });
    expect(await rotation(kms)).toEqual({ KeyRotationEnabled: false });
  });

  it('begins its own period in the instant in which the last of them is gone, and is gone after it', async () => {
    await replicate();
    await replicate('ap-south-1');
    await schedule(kms, 10);
    await schedule(europe, 7);
    const { DeletionDate } = await schedule(asia, 9);
    kms.moveClock(9 * day - 0.001);
    expect(await metadata()).toMatchObject({ KeyState: 'PendingReplicaDeletion', PendingDeletionWindowInDays: 10 });
    kms.moveClock(0.001);
    const pending = await metadata();
    expect(pending).toMatchObject({ KeyState: 'PendingDeletion', DeletionDate: DeletionDate + 10 * day });
    expect(pending).not.toHaveProperty('PendingDeletionWindowInDays');
    expect(pending.MultiRegionConfiguration.ReplicaKeys).toEqual([]);
    kms.moveClock(10 * day - 0.001);
    expect(await isListed(kms)).toBe(true);
    kms.moveClock(0.001);
    expect(await kms.call('DescribeKey', { KeyId })).toMatchObject({ __type: 'NotFoundException' });
    expect(await isListed(kms)).toBe(false);
  });

  it('knows of replicas that were scheduled before it', async () => {
    await replicate();
    const { DeletionDate } = await schedule(europe, 7);
    await schedule(kms, 8);
    kms.moveClock(7 * day);
    expect(await metadata()).toMatchObject({ KeyState: 'PendingDeletion', DeletionDate: DeletionDate + 8 * day });
  });

  it('waits on when a replica is to stay after all', async () => {
    await replicate();
    await schedule(kms, 7);
    await schedule(europe, 7);
    kms.moveClock(6 * day);
    expect(await cancel(europe)).toMatchObject({ status: 200 });
    kms.moveClock(30 * day);
    expect(await metadata()).toMatchObject({ KeyState: 'PendingReplicaDeletion' });
    expect(await metadata(europe)).toMatchObject({ KeyState: 'Disabled' });
  });

  it('can be kept, while it waits for them and while it waits for itself', async () => {
    await replicate();
    await schedule(kms, 7);
    expect(await cancel(kms)).toMatchObject({ status: 200, KeyId: Arn });
    expect(await metadata()).toMatchObject({ KeyState: 'Disabled' });
    await schedule(kms, 7);
    await schedule(europe, 7);
    kms.moveClock(8 * day);
    expect(await metadata()).toMatchObject({ KeyState: 'PendingDeletion' });
    await cancel(kms);
    kms.moveClock(60 * day);
    expect(await metadata()).toMatchObject({ KeyState: 'Disabled' });
  });

  it('is a key like any other once its replicas are gone', async () => {
    await replicate();
    await schedule(europe, 7);
    kms.moveClock(7 * day);
    expect(await schedule(kms, 7)).toMatchObject({ KeyState: 'PendingDeletion', DeletionDate: seconds() + 7 * day });
  });
});

describe('a replica', () => {
  it('is deleted by itself, and shown until it is gone', async () => {
    await replicate();
    const DeletionDate = seconds() + 7 * day;
    expect(await schedule(europe)).toMatchObject({ KeyState: 'PendingDeletion', DeletionDate });
    expect(await metadata()).toMatchObject({ KeyState: 'Enabled', MultiRegionConfiguration: { ReplicaKeys: [{}] } });
    kms.moveClock(7 * day);
    expect(await europe.call('DescribeKey', { KeyId })).toMatchObject({ __type: 'NotFoundException' });
    expect((await metadata()).MultiRegionConfiguration.ReplicaKeys).toEqual([]);
    expect(await kms.call('Encrypt', { KeyId, Plaintext })).toMatchObject({ status: 200 });
  });

  it('is gone for its siblings too', async () => {
    await replicate();
    await replicate('ap-south-1');
    await schedule(europe);
    kms.moveClock(7 * day);
    const { ReplicaKeys } = (await metadata(asia)).MultiRegionConfiguration;
    expect(ReplicaKeys).toMatchObject([{ Region: 'ap-south-1' }]);
  });

  it('can be made again once it is gone, with what the set has by then and nothing that was its own', async () => {
    const { CiphertextBlob } = await kms.call('Encrypt', { KeyId, Plaintext });
    await replicate();
    const AliasName = `alias/old/${KeyId}`;
    await europe.call('CreateAlias', { AliasName, TargetKeyId: KeyId });
    const GranteePrincipal = userOf('111122223333', 'alice').arn;
    await europe.call('CreateGrant', { KeyId, GranteePrincipal, Operations: ['Decrypt'] });
    await schedule(europe);
    kms.moveClock(7 * day);
    await kms.call('RotateKeyOnDemand', { KeyId });
    expect(await replicate()).toMatchObject({ status: 200 });
    expect(await metadata(europe)).toMatchObject({ KeyState: 'Enabled', CreationDate: seconds() - 1 });
    expect(await metadata(europe)).not.toHaveProperty('DeletionDate');
    expect((await metadata()).MultiRegionConfiguration.ReplicaKeys).toMatchObject([{ Region: 'eu-west-1' }]);
    expect((await europe.call('ListAliases', { KeyId })).Aliases).toEqual([]);
    expect((await europe.call('ListGrants', { KeyId })).Grants).toEqual([]);
    expect(await europe.call('Decrypt', { CiphertextBlob })).toMatchObject({ status: 200 });
    const rotated = await kms.call('Encrypt', { KeyId, Plaintext });
    expect(await europe.call('Decrypt', { CiphertextBlob: rotated.CiphertextBlob })).toMatchObject({ status: 200 });
  });
});
