import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accountId, allowed, newService, type Service, type ServiceRegion, userOf } from '../service.ts';

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
  kms.withStanding(allowed({ Effect: 'Allow', Action: 'kms:*', Resource: '*' }));
  ({ KeyId, Arn } = await kms.newKey({ MultiRegion: true }));
  for (const ReplicaRegion of ['eu-west-1', 'ap-south-1']) await kms.call('ReplicateKey', { KeyId, ReplicaRegion });
  kms.moveClock(1);
  kms.audited.length = 0;
});

const update = (PrimaryRegion = 'eu-west-1', region: Pick<Service, 'call'> = kms) =>
  region.call('UpdatePrimaryRegion', { KeyId, PrimaryRegion });
const arnIn = (region: string) => Arn.replace('us-east-1', region);
const metadata = async (region: Pick<Service, 'call'>) => (await region.call('DescribeKey', { KeyId })).KeyMetadata;
const refused = (__type: string, message?: string) => ({ status: 400, __type, ...(message && { message }) });

it('makes the replica the primary and the primary a replica, in the eyes of every Region', async () => {
  const { requestId: _, ...answer } = await update();
  expect(answer).toEqual({ status: 200 });
  const shown = { PrimaryKey: { Arn: arnIn('eu-west-1'), Region: 'eu-west-1' } };
  for (const [region, MultiRegionKeyType] of [
    [kms, 'REPLICA'],
    [europe, 'PRIMARY'],
    [asia, 'REPLICA'],
  ] as const) {
    const { MultiRegionConfiguration } = await metadata(region);
    expect(MultiRegionConfiguration).toMatchObject({ MultiRegionKeyType, ...shown });
    const replicas = MultiRegionConfiguration.ReplicaKeys.map(({ Region }: { Region: string }) => Region);
    expect(replicas.toSorted()).toEqual(['ap-south-1', 'us-east-1']);
  }
});

it('leaves both Updating for a moment, in which they encrypt and cannot be managed', async () => {
  await update();
  for (const region of [kms, europe]) {
    expect(await metadata(region)).toMatchObject({ KeyState: 'Updating', Enabled: false });
    expect(await region.call('Encrypt', { KeyId, Plaintext })).toMatchObject({ status: 200 });
    expect(await region.call('DisableKey', { KeyId })).toMatchObject(refused('KMSInvalidStateException'));
  }
  const message = `${arnIn('eu-west-1')} is updating.`;
  expect(await europe.call('ReplicateKey', { KeyId, ReplicaRegion: 'sa-east-1' })).toMatchObject(
    refused('KMSInvalidStateException', message),
  );
  expect(await metadata(asia)).toMatchObject({ KeyState: 'Enabled' });
  kms.moveClock(1);
  for (const region of [kms, europe]) expect(await metadata(region)).toMatchObject({ KeyState: 'Enabled' });
});

it('hands over what only the primary may do', async () => {
  await update();
  kms.moveClock(1);
  const replica = `${Arn} is a multi-region replica key which is not valid for RotateKeyOnDemand.`;
  expect(await kms.call('RotateKeyOnDemand', { KeyId })).toMatchObject(
    refused('UnsupportedOperationException', replica),
  );
  for (const PrimaryRegion of ['ap-south-1', 'us-east-1', 'eu-west-1', 'sa-east-1']) {
    expect(await update(PrimaryRegion)).toMatchObject(
      refused('KMSInvalidStateException', `${Arn} is not a multi-Region primary key.`),
    );
  }
  expect(await europe.call('RotateKeyOnDemand', { KeyId })).toMatchObject({ status: 200 });
  const { CiphertextBlob } = await europe.call('Encrypt', { KeyId, Plaintext });
  for (const region of [kms, asia]) {
    expect(await region.call('Decrypt', { CiphertextBlob })).toMatchObject({ status: 200 });
  }
  const replicated = await europe.call('ReplicateKey', { KeyId, ReplicaRegion: 'sa-east-1' });
  expect(replicated).toMatchObject({ status: 200 });
});

it('lets the old primary be deleted as a replica, and be made again', async () => {
  await update();
  kms.moveClock(1);
  const deletion = { KeyId, PendingWindowInDays: 7 };
  expect(await kms.call('ScheduleKeyDeletion', deletion)).toMatchObject({ KeyState: 'PendingDeletion' });
  expect(await europe.call('ScheduleKeyDeletion', deletion)).toMatchObject({ KeyState: 'PendingReplicaDeletion' });
  await europe.call('CancelKeyDeletion', { KeyId });
  await europe.call('EnableKey', { KeyId });
  kms.moveClock(7 * 86_400);
  expect(await europe.call('ReplicateKey', { KeyId, ReplicaRegion: 'us-east-1' })).toMatchObject({ status: 200 });
  kms.moveClock(1);
  expect(await metadata(kms)).toMatchObject({ MultiRegionConfiguration: { MultiRegionKeyType: 'REPLICA' } });
});

it('goes back and forth', async () => {
  await update();
  await update('ap-south-1', europe);
  kms.moveClock(1);
  await update('us-east-1', asia);
  for (const region of [kms, europe, asia]) {
    expect(await metadata(region)).toMatchObject({ MultiRegionConfiguration: { PrimaryKey: { Arn } } });
  }
});

describe('to the Region where the primary is', () => {
  it('changes nothing', async () => {
    const before = await kms.stores.keys.get(KeyId);
    const { requestId: _, ...answer } = await update('us-east-1');
    expect(answer).toEqual({ status: 200 });
    expect(await kms.stores.keys.get(KeyId)).toEqual(before);
    for (const region of [kms, europe, asia]) expect(await metadata(region)).toMatchObject({ KeyState: 'Enabled' });
  });

  it('takes the permission all the same, and a key that is enabled', async () => {
    kms.withStanding(allowed({ Effect: 'Allow', Action: 'kms:*', Resource: arnIn('eu-west-1') }));
    expect(await update('us-east-1')).toMatchObject(refused('AccessDeniedException'));
    kms.withStanding(allowed({ Effect: 'Allow', Action: 'kms:*', Resource: '*' }));
    await kms.call('DisableKey', { KeyId });
    expect(await update('us-east-1')).toMatchObject(refused('DisabledException', `${Arn} is disabled.`));
  });

  it('is on record once', async () => {
    await update('us-east-1');
    expect(kms.audited).toMatchObject([
      {
        eventName: 'UpdatePrimaryRegion',
        awsRegion: 'us-east-1',
        requestParameters: { keyId: KeyId, primaryRegion: 'us-east-1' },
        responseElements: { keyId: Arn },
      },
    ]);
  });
});

describe('UpdatePrimaryRegion refuses', () => {
  const notThere = () =>
    refused('ValidationException', `${KeyId} does not have a replica key in the specified Region.`);

  it.each(['sa-east-1', 'cn-north-1', 'eu-nowhere-1'])('%s, a Region without a replica', async (PrimaryRegion) => {
    expect(await update(PrimaryRegion)).toMatchObject(notThere());
  });

  it('a replica that is gone', async () => {
    await europe.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    kms.moveClock(7 * 86_400);
    expect(await update()).toMatchObject(notThere());
  });

  it('a replica that is not enabled', async () => {
    await europe.call('DisableKey', { KeyId });
    expect(await update()).toMatchObject(refused('DisabledException', `${arnIn('eu-west-1')} is disabled.`));
    expect(await metadata(kms)).toMatchObject({ MultiRegionConfiguration: { MultiRegionKeyType: 'PRIMARY' } });
  });

  it('a single-Region key', async () => {
    ({ KeyId, Arn } = await kms.newKey());
    for (const PrimaryRegion of ['eu-west-1', 'us-east-1']) {
      expect(await update(PrimaryRegion)).toMatchObject(
        refused('UnsupportedOperationException', `${Arn} is not a multi-region primary key.`),
      );
    }
  });

  it('callers without the permission on both keys', async () => {
    const on = (...Resource: string[]) => allowed({ Effect: 'Allow', Action: 'kms:UpdatePrimaryRegion', Resource });
    for (const [one, missing] of [
      [Arn, arnIn('eu-west-1')],
      [arnIn('eu-west-1'), Arn],
    ] as const) {
      kms.withStanding(on(one));
      const message = expect.stringContaining(`kms:UpdatePrimaryRegion on resource: ${missing} `);
      expect(await update()).toMatchObject({ ...refused('AccessDeniedException'), message });
    }
    kms.withStanding(on(Arn, arnIn('eu-west-1')));
    expect(await update()).toMatchObject({ status: 200 });
  });

  it('callers whom the policy of the replica denies', async () => {
    const Principal = { AWS: userOf(accountId, 'admin').arn };
    const everything = { Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' };
    const not = { Effect: 'Deny', Principal, Action: 'kms:UpdatePrimaryRegion', Resource: '*' };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [everything, not] });
    await europe.call('PutKeyPolicy', { KeyId, Policy });
    expect(await update()).toMatchObject(refused('AccessDeniedException'));
    expect(await update('ap-south-1')).toMatchObject({ status: 200 });
  });

  it('what a condition on kms:PrimaryRegion leaves out', async () => {
    const Condition = { StringEquals: { 'kms:PrimaryRegion': 'ap-south-1' } };
    kms.withStanding(allowed({ Effect: 'Allow', Action: 'kms:*', Resource: '*', Condition }));
    expect(await update()).toMatchObject(refused('AccessDeniedException'));
    expect(await update('ap-south-1')).toMatchObject({ status: 200 });
  });
});

it('is on record in both Regions', async () => {
  const { requestId } = await update();
  const common = { eventName: 'UpdatePrimaryRegion', requestID: requestId, readOnly: false };
  expect(kms.audited).toMatchObject([
    {
      ...common,
      awsRegion: 'us-east-1',
      requestParameters: { keyId: KeyId, primaryRegion: 'eu-west-1' },
      responseElements: { keyId: Arn },
      resources: [{ ARN: Arn }],
    },
    {
      ...common,
      awsRegion: 'eu-west-1',
      userIdentity: { userName: 'admin', invokedBy: 'kms.amazonaws.com' },
      requestParameters: { keyId: arnIn('eu-west-1'), primaryRegion: 'eu-west-1' },
      responseElements: { keyId: arnIn('eu-west-1') },
      resources: [],
    },
  ]);
  expect(kms.audited[0]?.userIdentity).not.toHaveProperty('invokedBy');
});
