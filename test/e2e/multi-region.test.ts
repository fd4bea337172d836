import {
  AlreadyExistsException,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  type KeyMetadata,
  type KMSClient,
  NotFoundException,
  ReplicateKeyCommand,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
  UpdatePrimaryRegionCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { filedRecords } from './audit-files.ts';
import { newFolder, removeFolders } from './folders.ts';
import { sdkClient } from './sdk-client.ts';
import { killAll, type RunningKms, startKms } from './start-kms.ts';

/** Two Regions of one service, each with a client of its own, as an application has them. */
const Plaintext = Buffer.from('attack at dawn');

let data: string;
let service: RunningKms;
let virginia: KMSClient;
let ireland: KMSClient;

const start = async () => {
  service = await startKms({ data });
  virginia = await sdkClient(service);
  ireland = await sdkClient(service, { region: 'eu-west-1' });
};
beforeAll(async () => {
  data = await newFolder();
  await start();
}, 20_000);
afterAll(async () => {
  await killAll();
  await removeFolders();
});

const metadata = async (kms: KMSClient, KeyId: string): Promise<KeyMetadata | undefined> =>
  (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata;

/** As code for AWS does it. */
const untilEnabled = (kms: KMSClient, KeyId: string) =>
  expect.poll(async () => (await metadata(kms, KeyId))?.KeyState).toBe('Enabled');

const encrypt = async (kms: KMSClient, KeyId: string) =>
  (await kms.send(new EncryptCommand({ KeyId, Plaintext }))).CiphertextBlob;
const opens = async (kms: KMSClient, CiphertextBlob: Uint8Array | undefined) => {
  const opened = await kms.send(new DecryptCommand({ CiphertextBlob }));
  expect(Buffer.from(opened.Plaintext ?? []).equals(Plaintext)).toBe(true);
};

it('serves a key in two Regions, before and after a rotation, a new primary and a restart', async () => {
  const made = await virginia.send(new CreateKeyCommand({ MultiRegion: true }));
  const { KeyId = '', Arn = '' } = made.KeyMetadata ?? {};
  await expect(metadata(ireland, KeyId)).rejects.toBeInstanceOf(NotFoundException);

  const replicate = new ReplicateKeyCommand({ KeyId, ReplicaRegion: 'eu-west-1' });
  const { ReplicaKeyMetadata } = await virginia.send(replicate);
  expect(ReplicaKeyMetadata).toMatchObject({ KeyId, KeyState: 'Creating', Enabled: false });
  await expect(virginia.send(replicate)).rejects.toBeInstanceOf(AlreadyExistsException);
  await untilEnabled(ireland, KeyId);
  const first = await encrypt(virginia, KeyId);
  await opens(ireland, first);

  await virginia.send(new RotateKeyOnDemandCommand({ KeyId }));
  const second = await encrypt(ireland, KeyId);
  for (const kms of [virginia, ireland]) for (const blob of [first, second]) await opens(kms, blob);

  await virginia.send(new UpdatePrimaryRegionCommand({ KeyId, PrimaryRegion: 'eu-west-1' }));
  await untilEnabled(ireland, KeyId);
  await ireland.send(new RotateKeyOnDemandCommand({ KeyId }));
  const third = await encrypt(virginia, KeyId);

  await service.stop();
  const filed = (await filedRecords(data)).map(({ eventName, awsRegion }) => `${eventName} ${awsRegion}`);
  const changes = ['ReplicateKey us-east-1', 'CreateKey eu-west-1', 'UpdatePrimaryRegion eu-west-1'];
  expect(filed).toEqual(expect.arrayContaining(changes));
  await start();
  for (const kms of [virginia, ireland]) for (const blob of [first, second, third]) await opens(kms, blob);
  const { MultiRegionConfiguration } = (await metadata(ireland, KeyId)) ?? {};
  expect(MultiRegionConfiguration).toMatchObject({
    MultiRegionKeyType: 'PRIMARY',
    PrimaryKey: { Region: 'eu-west-1', Arn: Arn.replace('us-east-1', 'eu-west-1') },
    ReplicaKeys: [{ Region: 'us-east-1', Arn }],
  });

  await ireland.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
  expect(await metadata(ireland, KeyId)).toMatchObject({
    KeyState: 'PendingReplicaDeletion',
    PendingDeletionWindowInDays: 7,
  });
  await opens(virginia, third);
});
