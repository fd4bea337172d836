import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { schedules } from '../../lambdas/schedules/index.ts';
import { wrapAsClient } from '../importing.ts';
import { soundingAlarms } from './alarms.ts';
import { deliver, fire } from './events.ts';
import { admin, type Call, clerk, sisterRegion, type World } from './world.ts';

const dayMs = 86_400_000;

/** What time does: rotation, expiry, deletion, and what a crash or an outage left. */
export const timeSuite = (world: () => World): void => {
  const fires = async (name: string, stack = world().home) =>
    expect([name, await fire(world(), stack, name)]).toEqual([name, true]);
  const newKey = async (members = {}): Promise<string> =>
    (await here()('CreateKey', members)).members.KeyMetadata.KeyId;
  const here = () => world().as(admin);
  const there = () => world().as(admin, world().sister);
  const well = async (call: Call, operation: string, members: object) => {
    const answer = await call(operation, members);
    expect([operation, answer.text, answer.status]).toEqual([operation, expect.anything(), 200]);
    return answer.members;
  };
  const replicated = async (members = {}): Promise<string> => {
    const KeyId = await newKey({ MultiRegion: true, ...members });
    await well(here(), 'ReplicateKey', { KeyId, ReplicaRegion: sisterRegion });
    world().clock.pass(2000);
    return KeyId;
  };
  const importInto = async (call: Call, KeyId: string, material: Buffer, days?: number) => {
    const WrappingAlgorithm = 'RSAES_OAEP_SHA_256';
    const { PublicKey, ImportToken } = await well(call, 'GetParametersForImport', {
      KeyId,
      WrappingAlgorithm,
      WrappingKeySpec: 'RSA_2048',
    });
    const EncryptedKeyMaterial = wrapAsClient(PublicKey, WrappingAlgorithm, material).toString('base64');
    const expiry = days
      ? { ValidTo: (world().clock.now().getTime() + days * dayMs) / 1000 }
      : { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' };
    return well(call, 'ImportKeyMaterial', { KeyId, ImportToken, EncryptedKeyMaterial, ...expiry });
  };
  const stateOf = async (KeyId: string, call = here()) =>
    (await call('DescribeKey', { KeyId })).members.KeyMetadata?.KeyState;
  const tables = () => {
    const { home, aws } = world();
    const endpoint = aws.behind.get(home.region)?.endpoint ?? '';
    const credentials = { accessKeyId: 'AKIA', secretAccessKey: 'none' };
    return DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region: home.region, credentials }));
  };

  it('rotates keys when their date comes, related keys with them, and what was encrypted stays readable', async () => {
    const [alone, related] = [await newKey(), await replicated()];
    for (const KeyId of [alone, related]) await well(here(), 'EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    const { CiphertextBlob } = await well(here(), 'Encrypt', { KeyId: related, Plaintext: 'AAAA' });
    await well(here(), 'RotateKeyOnDemand', { KeyId: related });
    await fires('AnnounceEvents');
    world().clock.pass(91 * dayMs);
    await fires('RotateKeys');
    for (const [KeyId, types] of [
      [alone, ['AUTOMATIC']],
      [related, ['ON_DEMAND', 'AUTOMATIC']],
    ] as const) {
      const { Rotations } = await well(here(), 'ListKeyRotations', { KeyId });
      expect(Rotations.map(({ RotationType }: { RotationType: string }) => RotationType)).toEqual(types);
    }
    const told = await well(there(), 'ListKeyRotations', { KeyId: related });
    expect(told.Rotations).toHaveLength(2);
    const blob = (await well(there(), 'Encrypt', { KeyId: related, Plaintext: 'BBBB' })).CiphertextBlob;
    expect(await well(there(), 'Decrypt', { CiphertextBlob })).toMatchObject({ Plaintext: 'AAAA' });
    expect(await well(here(), 'Decrypt', { CiphertextBlob: blob })).toMatchObject({ Plaintext: 'BBBB' });
    await well(here(), 'DisableKeyRotation', { KeyId: related });
  });

  it('warns of imported material that is about to expire, and deletes it when it has', async () => {
    const KeyId = await newKey({ Origin: 'EXTERNAL' });
    await importInto(here(), KeyId, randomBytes(32), 10);
    world().clock.pass(4 * dayMs);
    await fires('WarnOfExpiry');
    expect(soundingAlarms(world().home)).toContain('KeyMaterialExpiring');
    world().clock.pass(7 * dayMs);
    await fires('ExpireKeyMaterial');
    expect(await stateOf(KeyId)).toBe('PendingImport');
  });

  it('keeps imported material of related keys in step, and forgets it everywhere', async () => {
    const KeyId = await newKey({ Origin: 'EXTERNAL', MultiRegion: true });
    const material = randomBytes(32);
    await importInto(here(), KeyId, material);
    await well(here(), 'ReplicateKey', { KeyId, ReplicaRegion: sisterRegion });
    world().clock.pass(2000);
    await importInto(there(), KeyId, material);
    world().clock.pass(2000);
    await well(here(), 'DeleteImportedKeyMaterial', { KeyId });
    expect([await stateOf(KeyId), await stateOf(KeyId, there())]).toEqual(['PendingImport', 'Enabled']);
    await well(there(), 'DeleteImportedKeyMaterial', { KeyId });
  });

  it('deletes keys when their date comes, with their aliases, grants and material, after telling who still uses them', async () => {
    const KeyId = await newKey();
    for (const AliasName of ['alias/doomed', 'alias/doomed-too']) {
      await well(here(), 'CreateAlias', { AliasName, TargetKeyId: KeyId });
    }
    await well(here(), 'CreateGrant', { KeyId, GranteePrincipal: clerk.arn, Operations: ['Encrypt'] });
    await well(here(), 'Encrypt', { KeyId, Plaintext: 'AAAA' });
    await well(here(), 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    world().clock.pass(2000);
    expect((await here()('Encrypt', { KeyId, Plaintext: 'AAAA' })).members.__type).toBe('KMSInvalidStateException');
    expect(soundingAlarms(world().home)).toContain('PendingDeletionKeyUse');
    world().clock.pass(8 * dayMs);
    const heir = await newKey();
    await well(here(), 'CreateAlias', { AliasName: 'alias/doomed', TargetKeyId: heir }); // gone by the clock, if not swept
    await fires('DeleteKeys');
    const left = await tables().send(new ScanCommand({ TableName: 'serverless-kms-keys' }));
    const ofKey = left.Items?.filter((item) => item.KeyId === KeyId) ?? [];
    expect(ofKey.map(({ item }) => String(item).replace(/#.*/, ''))).toEqual(['deleted']);
    expect((await well(here(), 'DescribeKey', { KeyId: 'alias/doomed' })).KeyMetadata.KeyId).toBe(heir);
  });

  it('tells related keys of what they missed while their Region was out of reach', async () => {
    const KeyId = await replicated();
    const [sister] = [world().aws.behind.get(sisterRegion)];
    if (sister === undefined) throw new Error('no sister');
    sister.fault = () => ({ status: 400, code: 'ValidationException' });
    try {
      await well(here(), 'EnableKeyRotation', { KeyId });
      world().clock.pass(2 * 60_000);
      await fires('DrainOutbox');
      expect(soundingAlarms(world().home)).toContain('RelatedKeysWaiting');
    } finally {
      sister.fault = () => undefined;
    }
    expect(await well(there(), 'GetKeyRotationStatus', { KeyId })).toMatchObject({ KeyRotationEnabled: false });
    await fires('DrainOutbox');
    world().clock.pass(2000);
    expect(await well(there(), 'GetKeyRotationStatus', { KeyId })).toMatchObject({ KeyRotationEnabled: true });
  });

  it('has a replica fetch what it missed, where it got no more than the material', async () => {
    const KeyId = await replicated();
    const [sister, behind] = [world().sister, world().aws.behind.get(sisterRegion)];
    if (behind === undefined) throw new Error('no sister');
    let writes = 0;
    behind.fault = ({ what }) => {
      if (what !== 'PutItem') return undefined;
      writes += 1;
      return writes === 1 ? undefined : { status: 400, code: 'ValidationException' };
    };
    try {
      await well(here(), 'RotateKeyOnDemand', { KeyId });
    } finally {
      behind.fault = () => undefined;
    }
    expect((await well(there(), 'ListKeyRotations', { KeyId })).Rotations).toHaveLength(0);
    await fires('SweepOrphans', sister);
    world().clock.pass(2000);
    expect((await well(there(), 'ListKeyRotations', { KeyId })).Rotations).toHaveLength(1);
  });

  it('moves, deletes and makes again replicas, whose old grants and aliases do not come back', async () => {
    const KeyId = await replicated();
    await well(there(), 'CreateAlias', { AliasName: 'alias/replica', TargetKeyId: KeyId });
    await well(there(), 'CreateGrant', { KeyId, GranteePrincipal: clerk.arn, Operations: ['Encrypt'] });
    await well(there(), 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    await well(there(), 'CancelKeyDeletion', { KeyId });
    await well(there(), 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    world().clock.pass(8 * dayMs);
    await well(here(), 'ReplicateKey', { KeyId, ReplicaRegion: sisterRegion });
    world().clock.pass(2000);
    expect(await stateOf(KeyId, there())).toBe('Enabled');
    expect((await well(there(), 'ListGrants', { KeyId })).Grants).toEqual([]);
    expect((await well(there(), 'ListAliases', { KeyId })).Aliases).toEqual([]);
  });

  it('sweeps away what a crash left behind', async () => {
    const lost = '11111111-2222-4333-8444-555555555555';
    const [client, kept] = [tables(), await replicated()];
    const { Item: alias } = { Item: { AccountId: '111122223333', AliasName: 'alias/lost', TargetKeyId: lost } };
    const formatVersion = 1;
    const now = world().clock.now().toISOString();
    const material = { KeyId: lost, item: 'material#lost', wrapped: Buffer.from('w'), formatVersion };
    await client.send(new PutCommand({ TableName: 'serverless-kms-keys', Item: material }));
    await client.send(new PutCommand({ TableName: 'serverless-kms-keys', Item: { ...material, KeyId: kept } }));
    const dates = { CreationDate: now, LastUpdatedDate: now, revision: 1 };
    await client.send(
      new PutCommand({ TableName: 'serverless-kms-aliases', Item: { ...alias, ...dates, formatVersion } }),
    );
    const grant = { KeyId: lost, GrantId: 'lost', AccountId: '111122223333', CreationDate: now, Operations: [] };
    await client.send(new PutCommand({ TableName: 'serverless-kms-grants', Item: { ...grant, formatVersion } }));
    await fires('SweepOrphans');
    const found = await Promise.all([
      client.send(new GetCommand({ TableName: 'serverless-kms-keys', Key: { KeyId: lost, item: 'material#lost' } })),
      client.send(new GetCommand({ TableName: 'serverless-kms-keys', Key: { KeyId: kept, item: 'material#lost' } })),
      client.send(
        new GetCommand({
          TableName: 'serverless-kms-aliases',
          Key: { AccountId: '111122223333', AliasName: 'alias/lost' },
        }),
      ),
      client.send(new GetCommand({ TableName: 'serverless-kms-grants', Key: { KeyId: lost, GrantId: 'lost' } })),
    ]);
    expect(found.map(({ Item }) => Item)).toEqual([undefined, undefined, undefined, undefined]);
    expect(await stateOf(kept)).toBe('Enabled');
  });

  it('leaves word of every schedule that failed for good', async () => {
    const { home, aws } = world();
    const behind = aws.behind.get(home.region);
    if (behind === undefined) throw new Error('nothing is there');
    const idle = 'RewrapMaterial'; // touches nothing while there is one root
    const names = [...schedules.map(({ name }) => name).filter((name) => name !== idle), 'MakeAuditDigests'];
    behind.fault = ({ service }) => (service === 'sqs' ? undefined : { status: 400, code: 'ValidationException' });
    try {
      for (const name of names) {
        home.functionNamed(name).endEnvironment();
        expect([name, await fire(world(), home, name)]).toEqual([name, false]);
      }
    } finally {
      behind.fault = () => undefined;
    }
    expect(await deliver(world(), home)).toMatchObject({ left: 0 });
  });
};
