import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bringing, forEver, importing } from '../importing.ts';
import { newService, type Service } from '../service.ts';

/** Symmetric keys whose material is imported: expiry by the clock, deletion and return. */
const day = 86_400;

let kms: Service;
let KeyId: string;
let Arn: string;
beforeAll(async () => {
  kms = await newService();
});
afterAll(() => kms.close());
beforeEach(async () => {
  ({ KeyId, Arn } = await kms.newKey({ Origin: 'EXTERNAL' }));
});

const asNew = { ...forEver, ImportType: 'NEW_KEY_MATERIAL' };
const refusal = (__type: string, message?: string) => ({ status: 400, __type, ...(message && { message }) });
const pendingImport = () => refusal('KMSInvalidStateException', `${Arn} is pending import.`);
const metadata = async () => (await kms.call('DescribeKey', { KeyId })).KeyMetadata;
const secondsFromNow = (seconds: number) => kms.now().getTime() / 1000 + seconds;
const rotate = () => kms.call('RotateKeyOnDemand', { KeyId });
const encrypt = () => kms.call('Encrypt', { KeyId, Plaintext: Buffer.from('text') });
const listed = async () =>
  (await kms.call('ListKeyRotations', { KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })).Rotations;
const bring = async (material: Uint8Array, members: object = forEver): Promise<string> => {
  const answer = await importing(kms, KeyId, material, { ...members });
  expect(answer).toMatchObject({ status: 200, KeyId: Arn, KeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/) });
  return answer.KeyMaterialId;
};

describe('expiry', () => {
  it('makes the key wait for its material from that second on', async () => {
    const material = randomBytes(32);
    const ValidTo = secondsFromNow(100);
    const id = await bring(material, { ValidTo });
    expect(await metadata()).toMatchObject({ ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo });
    const { CiphertextBlob } = await encrypt();
    kms.moveClock(99.999);
    expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({ status: 200 });
    kms.moveClock(0.001);
    expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject(pendingImport());
    const shown = await metadata();
    expect(shown).toMatchObject({ KeyState: 'PendingImport', Enabled: false, CurrentKeyMaterialId: id });
    expect(shown).not.toHaveProperty('ValidTo');
    expect(shown).not.toHaveProperty('ExpirationModel');
    expect(await listed()).toEqual([
      { KeyId: Arn, KeyMaterialId: id, KeyMaterialState: 'CURRENT', ImportState: 'PENDING_IMPORT' },
    ]);
    await bring(material);
    expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({ status: 200 });
  });

  it('is kept to the second', async () => {
    const ValidTo = Math.floor(secondsFromNow(10));
    await bring(randomBytes(32), { ValidTo: ValidTo + 0.999 });
    expect(await metadata()).toMatchObject({ ValidTo });
    expect(await listed()).toMatchObject([{ ValidTo }]);
    kms.moveClock(ValidTo - secondsFromNow(0) - 0.001);
    expect(await metadata()).toMatchObject({ KeyState: 'Enabled' });
    kms.moveClock(0.001);
    expect(await metadata()).toMatchObject({ KeyState: 'PendingImport' });
  });

  it('of any material that ever encrypted stops the key; the earliest shows in its metadata', async () => {
    const first = randomBytes(32);
    await bring(first, { ValidTo: secondsFromNow(500) });
    await bring(randomBytes(32), { ImportType: 'NEW_KEY_MATERIAL', ValidTo: secondsFromNow(300) });
    expect(await metadata()).toMatchObject({ ValidTo: secondsFromNow(500) });
    await rotate();
    expect(await metadata()).toMatchObject({ ValidTo: secondsFromNow(300) });
    const { CiphertextBlob } = await encrypt();
    await bring(first, { ValidTo: secondsFromNow(100) });
    kms.moveClock(100);
    expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject(pendingImport());
    await bring(first);
    expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({ status: 200 });
    expect(await metadata()).toMatchObject({ ValidTo: secondsFromNow(200) });
  });

  it.each([
    [
      'must be told when material expires, as it does unless said otherwise',
      {},
      'A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES',
    ],
    [
      'must not be told when material does not expire',
      { ...forEver, ValidTo: 2_000_000_000 },
      'A validTo date cannot be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE',
    ],
    [
      'has no id to compare with when it is new',
      { ...asNew, KeyMaterialId: 'a'.repeat(64) },
      'Input parameter keyMaterialId cannot be used with NEW_KEY_MATERIAL importType.',
    ],
  ])('%s', async (_, members, message) => {
    expect(await importing(kms, KeyId, randomBytes(32), members)).toMatchObject(
      refusal('ValidationException', message),
    );
  });

  it('lies in the future, 365 days away at most', async () => {
    const brought = await bringing(kms, KeyId, randomBytes(32));
    const until = (seconds: number) => kms.call('ImportKeyMaterial', { ...brought, ValidTo: secondsFromNow(seconds) });
    for (const seconds of [-day, 0, 0.5]) {
      expect(await until(seconds)).toMatchObject(refusal('ValidationException', 'ValidTo must be in the future'));
    }
    const message = 'ValidTo must be less than 365 days in the future';
    expect(await until(365 * day + 1)).toMatchObject(refusal('ValidationException', message));
    expect(await until(365 * day)).toMatchObject({ status: 200 });
    expect(await until(1)).toMatchObject({ status: 200 });
  });

  it.each(['2027-01-01T00:00:00Z', true, {}, 1e300])('is a number of seconds, not %j', async (ValidTo) => {
    const brought = await bringing(kms, KeyId, randomBytes(32));
    expect(await kms.call('ImportKeyMaterial', { ...brought, ValidTo })).toMatchObject({
      __type: 'SerializationException',
    });
  });
});

describe('deletion of material', () => {
  it('takes it away for good until it is imported again; the key waits meanwhile', async () => {
    const material = randomBytes(32);
    const id = await bring(material, { ...forEver, KeyMaterialDescription: 'kept' });
    const { CiphertextBlob } = await encrypt();
    const { status, requestId: _, ...answer } = await kms.call('DeleteImportedKeyMaterial', { KeyId });
    expect({ status, answer }).toEqual({ status: 200, answer: { KeyId: Arn, KeyMaterialId: id } });
    expect(await kms.stores.keys.material(KeyId, id)).toBeUndefined();
    expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject(pendingImport());
    const shown = await metadata();
    expect(shown).toMatchObject({ KeyState: 'PendingImport', CurrentKeyMaterialId: id });
    expect(shown).not.toHaveProperty('ExpirationModel');
    const gone = { KeyId: Arn, KeyMaterialId: id, KeyMaterialState: 'CURRENT', KeyMaterialDescription: 'kept' };
    expect(await listed()).toEqual([{ ...gone, ImportState: 'PENDING_IMPORT' }]);
    const message = `Imported key material does not have the expected identifier (${id}).`;
    expect(await importing(kms, KeyId, randomBytes(32))).toMatchObject(
      refusal('IncorrectKeyMaterialException', message),
    );
    expect(await bring(material)).toBe(id);
    expect(await metadata()).toMatchObject({ KeyState: 'Enabled' });
    expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({ status: 200 });
  });

  it('of old material stops the key, until all of it is there again', async () => {
    const [first, second] = [randomBytes(32), randomBytes(32)];
    const firstId = await bring(first);
    await bring(second, asNew);
    await rotate();
    expect(await metadata()).toMatchObject({ ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' });
    await kms.call('DeleteImportedKeyMaterial', { KeyId, KeyMaterialId: firstId });
    expect(await encrypt()).toMatchObject(pendingImport());
    const shown = await metadata();
    expect(shown).toMatchObject({ KeyState: 'PendingImport' });
    expect(shown).not.toHaveProperty('ExpirationModel');
    await kms.call('DeleteImportedKeyMaterial', { KeyId });
    await bring(second);
    expect(await encrypt()).toMatchObject(pendingImport());
    await bring(first);
    expect(await encrypt()).toMatchObject({ status: 200 });
  });

  it('succeeds without effect where there is none, and knows no other material', async () => {
    expect(await kms.call('DeleteImportedKeyMaterial', { KeyId })).toMatchObject({ status: 200, KeyId: Arn });
    const KeyMaterialId = await bring(randomBytes(32));
    await kms.call('DeleteImportedKeyMaterial', { KeyId });
    const before = await kms.stores.keys.get(KeyId);
    expect(await kms.call('DeleteImportedKeyMaterial', { KeyId })).toMatchObject({ status: 200, KeyMaterialId });
    expect(await kms.stores.keys.get(KeyId)).toEqual(before);
    const message = `Key material (id: ${'a'.repeat(64)}) has never been imported into KMS key ${Arn}.`;
    expect(await kms.call('DeleteImportedKeyMaterial', { KeyId, KeyMaterialId: 'a'.repeat(64) })).toMatchObject(
      refusal('ValidationException', message),
    );
  });

  it('of a disabled key makes it wait; its return makes it usable', async () => {
    const material = randomBytes(32);
    await bring(material);
    await kms.call('DisableKey', { KeyId });
    await kms.call('DeleteImportedKeyMaterial', { KeyId });
    expect(await metadata()).toMatchObject({ KeyState: 'PendingImport' });
    expect(await kms.call('EnableKey', { KeyId })).toMatchObject(pendingImport());
    await bring(material);
    expect(await metadata()).toMatchObject({ KeyState: 'Enabled' });
  });

  it('leaves a key that is to be deleted in that state, and waiting once that is cancelled', async () => {
    const material = randomBytes(32);
    await bring(material);
    await kms.call('ScheduleKeyDeletion', { KeyId });
    expect(await kms.call('DeleteImportedKeyMaterial', { KeyId })).toMatchObject({ status: 200 });
    expect(await metadata()).toMatchObject({ KeyState: 'PendingDeletion' });
    const refused = refusal('KMSInvalidStateException', `${Arn} is pending deletion.`);
    expect(
      await kms.call('GetParametersForImport', {
        KeyId,
        WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
        WrappingKeySpec: 'RSA_2048',
      }),
    ).toMatchObject(refused);
    expect(
      await kms.call('ImportKeyMaterial', {
        KeyId,
        ImportToken: Buffer.of(1),
        EncryptedKeyMaterial: Buffer.of(1),
        ...forEver,
      }),
    ).toMatchObject(refused);
    await kms.call('CancelKeyDeletion', { KeyId });
    expect(await metadata()).toMatchObject({ KeyState: 'PendingImport' });
    await bring(material);
    expect(await metadata()).toMatchObject({ KeyState: 'Enabled' });
  });

  it('of expired material takes the bytes away too', async () => {
    const id = await bring(randomBytes(32), { ValidTo: secondsFromNow(10) });
    kms.moveClock(10);
    expect(await kms.stores.keys.material(KeyId, id)).toBeDefined();
    await kms.call('DeleteImportedKeyMaterial', { KeyId });
    expect(await kms.stores.keys.material(KeyId, id)).toBeUndefined();
  });

  it('that was cut short before the record was changed is told as what it is, and mended by the next import', async () => {
    const material = randomBytes(32);
    const id = await bring(material);
    const stored = await kms.stores.keys.material(KeyId, id);
    if (stored) await kms.stores.keys.deleteMaterial(stored);
    expect(await encrypt()).toMatchObject(pendingImport());
    expect(await bring(material)).toBe(id);
    expect(await encrypt()).toMatchObject({ status: 200 });
  });
});
