import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { forEver, importing } from '../importing.ts';
import { newService, type Service, type ServiceRegion } from '../service.ts';

const Plaintext = Buffer.from('text');
const day = 86_400;

let kms: Service;
let europe: ServiceRegion;
let asia: ServiceRegion;
let KeyId: string;
beforeAll(async () => {
  kms = await newService();
  europe = await kms.inRegion('eu-west-1');
  asia = await kms.inRegion('ap-south-1');
});
afterAll(() => kms.close());

type Region = Pick<Service, 'call'>;
const replicate = async (...regions: string[]) => {
  for (const ReplicaRegion of regions) {
    expect(await kms.call('ReplicateKey', { KeyId, ReplicaRegion })).toMatchObject({ status: 200 });
  }
  kms.moveClock(1);
};
const rotate = (region: Region = kms) => region.call('RotateKeyOnDemand', { KeyId });
const current = async (region: Region) =>
  (await region.call('DescribeKey', { KeyId })).KeyMetadata.CurrentKeyMaterialId;
const materials = async (region: Region) =>
  (await region.call('ListKeyRotations', { KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })).Rotations;
const encrypt = async (region: Region) => (await region.call('Encrypt', { KeyId, Plaintext })).CiphertextBlob;
const decrypts = async (CiphertextBlob: string, ...regions: Region[]) => {
  for (const region of regions) expect(await region.call('Decrypt', { CiphertextBlob })).toMatchObject({ status: 200 });
};
const refused = (__type: string, message?: string) => ({ status: 400, __type, ...(message && { message }) });
const arnIn = (region: string) => `arn:aws:kms:${region}:111122223333:key/${KeyId}`;

describe('keys whose material KMS makes', () => {
  beforeEach(async () => {
    ({ KeyId } = await kms.newKey({ MultiRegion: true }));
    await replicate('eu-west-1', 'ap-south-1');
  });

  it('rotate together, and open each other’s blobs from before and after', async () => {
    const before = await encrypt(europe);
    expect(await rotate()).toMatchObject({ status: 200 });
    const id = await current(kms);
    expect(await current(europe)).toBe(id);
    expect(await current(asia)).toBe(id);
    await decrypts(before, kms, europe, asia);
    for (const region of [kms, europe, asia]) await decrypts(await encrypt(region), kms, europe, asia);
    const known = (await materials(kms)).map((version: object) => ({ ...version, KeyId: arnIn('eu-west-1') }));
    expect(known).toHaveLength(2);
    expect(await materials(europe)).toEqual(known);
  });

  it('rotate a disabled replica along', async () => {
    await europe.call('DisableKey', { KeyId });
    await rotate();
    const blob = await encrypt(kms);
    expect(await europe.call('DescribeKey', { KeyId })).toMatchObject({ KeyMetadata: { KeyState: 'Disabled' } });
    await europe.call('EnableKey', { KeyId });
    await decrypts(blob, europe);
  });

  it('share automatic rotation, switched on the primary alone', async () => {
    for (const name of ['EnableKeyRotation', 'DisableKeyRotation', 'RotateKeyOnDemand'] as const) {
      const message = `${arnIn('eu-west-1')} is a multi-region replica key which is not valid for ${name}.`;
      expect(await europe.call(name, { KeyId })).toMatchObject(refused('UnsupportedOperationException', message));
    }
    await kms.call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    const NextRotationDate = kms.now().getTime() / 1000 + 90 * day;
    const on = { KeyRotationEnabled: true, RotationPeriodInDays: 90, NextRotationDate };
    for (const region of [kms, europe, asia]) {
      expect(await region.call('GetKeyRotationStatus', { KeyId })).toMatchObject(on);
    }
    await kms.call('DisableKeyRotation', { KeyId });
    for (const region of [kms, europe, asia]) {
      expect(await region.call('GetKeyRotationStatus', { KeyId })).toMatchObject({ KeyRotationEnabled: false });
    }
  });

  it('keep what is their own', async () => {
    await europe.call('UpdateKeyDescription', { KeyId, Description: 'mine' });
    await rotate();
    const { KeyMetadata } = await europe.call('DescribeKey', { KeyId });
    expect(KeyMetadata).toMatchObject({ Description: 'mine', Arn: arnIn('eu-west-1') });
  });
});

describe('keys whose material is imported', () => {
  const asNew = { ...forEver, ImportType: 'NEW_KEY_MATERIAL' };
  const first = randomBytes(32);
  const next = randomBytes(32);
  const states = async (region: Region) =>
    (await materials(region)).map(({ KeyMaterialState, ImportState }: Record<string, string>) => [
      KeyMaterialState,
      ImportState,
    ]);
  const waiting = 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION';
  const notYetInReplicas = refused(
    'KMSInvalidStateException',
    'Cannot perform key material rotation: Key material has not been imported for replicas of the Multi-Region key.',
  );
  const bring = async (region: Region, material: Buffer, members: object = forEver) =>
    expect(await importing(region, KeyId, material, { ...members })).toMatchObject({ status: 200 });

  beforeEach(async () => {
    ({ KeyId } = await kms.newKey({ MultiRegion: true, Origin: 'EXTERNAL' }));
    await bring(kms, first, { ...forEver, KeyMaterialDescription: 'first' });
    await replicate('eu-west-1');
    await bring(europe, first);
  });

  it('rotate once new material is in every Region: the primary first', async () => {
    const before = await encrypt(kms);
    const message = `No available key material pending rotation for the key: ${arnIn('us-east-1')}.`;
    expect(await rotate()).toMatchObject(refused('KMSInvalidStateException', message));
    await bring(kms, next, asNew);
    const pending = [['CURRENT', 'IMPORTED']];
    expect(await states(kms)).toEqual([...pending, [waiting, 'IMPORTED']]);
    expect(await states(europe)).toEqual([...pending, [waiting, 'PENDING_IMPORT']]);
    expect(await rotate()).toMatchObject(notYetInReplicas);

    await bring(europe, next, { ...forEver, ImportType: 'EXISTING_KEY_MATERIAL' });
    for (const region of [kms, europe]) {
      expect(await states(region)).toEqual([...pending, ['PENDING_ROTATION', 'IMPORTED']]);
    }
    expect(await rotate()).toMatchObject({ status: 200 });
    expect(await current(europe)).toBe(await current(kms));
    for (const region of [kms, europe]) await decrypts(await encrypt(region), kms, europe);
    await decrypts(before, kms, europe);
  });

  it('take new material on the primary alone, and descriptions too', async () => {
    const anew = 'Input parameter ImportType NEW_KEY_MATERIAL cannot be used on replica Multi-Region keys';
    expect(await importing(europe, KeyId, next, asNew)).toMatchObject(refused('ValidationException', anew));
    const described = 'Key material description can only be specified on primary Multi-Region keys';
    expect(await importing(europe, KeyId, first, { ...forEver, KeyMaterialDescription: 'mine' })).toMatchObject(
      refused('ValidationException', described),
    );
    const message = `Imported key material does not have the expected identifier (${await current(kms)}).`;
    expect(await importing(europe, KeyId, next)).toMatchObject(refused('IncorrectKeyMaterialException', message));
    await bring(kms, first, { ...forEver, KeyMaterialDescription: 'again' });
    expect(await materials(europe)).toMatchObject([{ KeyMaterialDescription: 'again', ImportState: 'IMPORTED' }]);
  });

  it('lose material, and have it expire, each by itself', async () => {
    await bring(europe, first, { ValidTo: kms.now().getTime() / 1000 + day });
    expect((await kms.call('DescribeKey', { KeyId })).KeyMetadata).not.toHaveProperty('ValidTo');
    kms.moveClock(day);
    expect((await europe.call('DescribeKey', { KeyId })).KeyMetadata).toMatchObject({ KeyState: 'PendingImport' });
    expect((await kms.call('DescribeKey', { KeyId })).KeyMetadata).toMatchObject({ KeyState: 'Enabled' });
    await bring(europe, first);
    await kms.call('DeleteImportedKeyMaterial', { KeyId });
    expect((await kms.call('DescribeKey', { KeyId })).KeyMetadata).toMatchObject({ KeyState: 'PendingImport' });
    expect(await encrypt(europe)).toBeDefined();
  });

  it('forget pending material everywhere when the primary deletes it', async () => {
    await bring(kms, next, asNew);
    await bring(europe, next);
    const KeyMaterialId = (await materials(kms))[1].KeyMaterialId;
    await kms.call('DeleteImportedKeyMaterial', { KeyId, KeyMaterialId });
    for (const region of [kms, europe]) {
      expect(await states(region)).toEqual([['CURRENT', 'IMPORTED']]);
      expect(await (await kms.inRegion('eu-west-1')).stores.keys.material(KeyId, KeyMaterialId)).toBeUndefined();
    }
  });

  it('wait again when a replica deletes pending material', async () => {
    await bring(kms, next, asNew);
    await bring(europe, next);
    const KeyMaterialId = (await materials(kms))[1].KeyMaterialId;
    await europe.call('DeleteImportedKeyMaterial', { KeyId, KeyMaterialId });
    expect((await states(kms))[1]).toEqual([waiting, 'IMPORTED']);
    expect((await states(europe))[1]).toEqual([waiting, 'PENDING_IMPORT']);
    expect(await europe.call('DescribeKey', { KeyId })).toMatchObject({ KeyMetadata: { KeyState: 'Enabled' } });
    expect(await rotate()).toMatchObject(notYetInReplicas);
    await bring(europe, next);
    expect(await rotate()).toMatchObject({ status: 200 });
  });

  it('rotate to material that has expired in a replica meanwhile, which then waits for it', async () => {
    await bring(kms, next, asNew);
    await bring(europe, next, { ValidTo: kms.now().getTime() / 1000 + day });
    kms.moveClock(day);
    expect((await states(europe))[1]).toEqual(['PENDING_ROTATION', 'IMPORTED']);
    expect(await rotate()).toMatchObject({ status: 200 });
    const stateIn = async (region: Region) => (await region.call('DescribeKey', { KeyId })).KeyMetadata.KeyState;
    expect([await stateIn(kms), await stateIn(europe)]).toEqual(['Enabled', 'PendingImport']);
    await bring(europe, next);
    expect(await stateIn(europe)).toBe('Enabled');
  });

  it('forget new material that a replica lacked when it became the primary, once other comes', async () => {
    await bring(kms, next, asNew);
    expect(await kms.call('UpdatePrimaryRegion', { KeyId, PrimaryRegion: 'eu-west-1' })).toMatchObject({ status: 200 });
    kms.moveClock(1);
    const { KeyMaterialId: lost, ImportState } = (await materials(europe))[1];
    expect(ImportState).toBe('PENDING_IMPORT');
    await bring(europe, randomBytes(32), asNew);
    for (const region of [kms, europe]) {
      expect(await materials(region)).toHaveLength(2);
      expect((await materials(region))[1].KeyMaterialId).not.toBe(lost);
    }
  });

  it('wait again when there is a new replica', async () => {
    await bring(kms, next, asNew);
    await bring(europe, next);
    await replicate('ap-south-1');
    expect((await states(kms))[1]).toEqual([waiting, 'IMPORTED']);
    await bring(asia, first);
    await bring(asia, next);
    expect((await states(kms))[1]).toEqual(['PENDING_ROTATION', 'IMPORTED']);
  });

  it('no longer wait for a replica that is gone', async () => {
    await bring(kms, next, asNew);
    await europe.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    kms.moveClock(7 * day);
    expect(await rotate()).toMatchObject({ status: 200 });
  });
});
