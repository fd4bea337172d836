import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bringing, forEver, importing } from '../importing.ts';
import { newService, type Service } from '../service.ts';

/** Symmetric keys whose material is imported: its first, the same again, and new versions. */
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
const expecting = (KeyMaterialId: string) =>
  refusal(
    'IncorrectKeyMaterialException',
    `Imported key material does not have the expected identifier (${KeyMaterialId}).`,
  );
const alreadyThere = (KeyMaterialId: string) =>
  refusal(
    'IncorrectKeyMaterialException',
    `Key material (id: ${KeyMaterialId}) being imported as NEW_KEY_MATERIAL is already associated with KMS key ${Arn}.`,
  );
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

describe('the first material', () => {
  it('makes the key usable, and shows in its metadata', async () => {
    expect(await encrypt()).toMatchObject(pendingImport());
    const id = await bring(randomBytes(32));
    expect(await metadata()).toMatchObject({
      KeyState: 'Enabled',
      Enabled: true,
      CurrentKeyMaterialId: id,
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    });
    expect(await metadata()).not.toHaveProperty('ValidTo');
    const { CiphertextBlob } = await encrypt();
    expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({ status: 200, KeyMaterialId: id });
  });

  it('is new by default, may be called so, and is none that existed', async () => {
    const material = randomBytes(32);
    const existing = { ...forEver, ImportType: 'EXISTING_KEY_MATERIAL' };
    expect(await importing(kms, KeyId, material, existing)).toMatchObject(refusal('IncorrectKeyMaterialException'));
    await bring(material, asNew);
  });

  it('never rotates by itself, and shows no rotation', async () => {
    await bring(randomBytes(32));
    const message = `${Arn} origin is EXTERNAL which is not valid for this operation.`;
    expect(await kms.call('EnableKeyRotation', { KeyId })).toMatchObject(
      refusal('UnsupportedOperationException', message),
    );
    expect(await kms.call('GetKeyRotationStatus', { KeyId })).toMatchObject({ KeyRotationEnabled: false });
    expect((await kms.call('ListKeyRotations', { KeyId })).Rotations).toEqual([]);
  });
});

describe('the same material again', () => {
  it('is known by its id, whatever it is wrapped with, and changes nothing but what is said of it', async () => {
    const material = randomBytes(32);
    const id = await bring(material, { ...forEver, KeyMaterialDescription: 'first one' });
    const { CiphertextBlob } = await encrypt();
    expect(await bring(material, { ValidTo: secondsFromNow(day) })).toBe(id);
    expect(await metadata()).toMatchObject({ ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: secondsFromNow(day) });
    expect(await listed()).toMatchObject([{ KeyMaterialId: id, KeyMaterialDescription: 'first one' }]);
    expect(await bring(material, { ...forEver, KeyMaterialDescription: 'second' })).toBe(id);
    expect(await listed()).toMatchObject([{ KeyMaterialDescription: 'second' }]);
    expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({ status: 200, KeyMaterialId: id });
  });

  it('may be named by its id, and is compared with it', async () => {
    const material = randomBytes(32);
    const KeyMaterialId = await bring(material);
    await bring(material, { ...forEver, KeyMaterialId });
    const other = { ...forEver, KeyMaterialId: 'a'.repeat(64) };
    expect(await importing(kms, KeyId, material, other)).toMatchObject(expecting('a'.repeat(64)));
    const named = await importing(kms, KeyId, randomBytes(32), { ...forEver, KeyMaterialId });
    expect(named).toMatchObject(expecting(KeyMaterialId));
  });

  it('is not new, and other material is not the same', async () => {
    const material = randomBytes(32);
    const id = await bring(material);
    expect(await importing(kms, KeyId, material, asNew)).toMatchObject(alreadyThere(id));
    const existing = { ...forEver, ImportType: 'EXISTING_KEY_MATERIAL' };
    for (const members of [forEver, existing]) {
      expect(await importing(kms, KeyId, randomBytes(32), members)).toMatchObject(expecting(id));
    }
  });

  it('enables a disabled key, which other material does not', async () => {
    const material = randomBytes(32);
    await bring(material);
    await kms.call('DisableKey', { KeyId });
    await bring(randomBytes(32), asNew);
    expect(await metadata()).toMatchObject({ KeyState: 'Disabled' });
    await bring(material);
    expect(await metadata()).toMatchObject({ KeyState: 'Enabled' });
    expect(await encrypt()).toMatchObject({ status: 200 });
  });

  it('does not enable a disabled key that lacks other material', async () => {
    const [first, second] = [randomBytes(32), randomBytes(32)];
    const KeyMaterialId = await bring(first);
    await bring(second, asNew);
    await rotate();
    await kms.call('DisableKey', { KeyId });
    await kms.call('DeleteImportedKeyMaterial', { KeyId, KeyMaterialId });
    await bring(second);
    expect(await metadata()).toMatchObject({ KeyState: 'PendingImport' });
    await bring(first);
    expect(await metadata()).toMatchObject({ KeyState: 'Enabled' });
  });
});

describe('new material', () => {
  it('waits for its rotation, then encrypts, while the old still decrypts', async () => {
    const first = await bring(randomBytes(32));
    const old = await encrypt();
    const second = await bring(randomBytes(32), { ...asNew, KeyMaterialDescription: 'next' });
    expect(await metadata()).toMatchObject({ CurrentKeyMaterialId: first, KeyState: 'Enabled' });
    const imported = { KeyId: Arn, ImportState: 'IMPORTED', ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' };
    const described = { ...imported, KeyMaterialDescription: 'next' };
    expect(await listed()).toEqual([
      { ...imported, KeyMaterialId: first, KeyMaterialState: 'CURRENT' },
      { ...described, KeyMaterialId: second, KeyMaterialState: 'PENDING_ROTATION' },
    ]);
    const stillOld = await encrypt();
    expect(await kms.call('Decrypt', { CiphertextBlob: stillOld.CiphertextBlob })).toMatchObject({
      KeyMaterialId: first,
    });

    expect(await rotate()).toMatchObject({ status: 200, KeyId: Arn });
    expect(await metadata()).toMatchObject({ CurrentKeyMaterialId: second });
    const rotation = { RotationDate: secondsFromNow(0), RotationType: 'ON_DEMAND' };
    expect(await listed()).toEqual([
      { ...imported, KeyMaterialId: first, KeyMaterialState: 'NON_CURRENT' },
      { ...described, KeyMaterialId: second, KeyMaterialState: 'CURRENT', ...rotation },
    ]);
    const { CiphertextBlob } = await encrypt();
    expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({ KeyMaterialId: second });
    expect(await kms.call('Decrypt', { CiphertextBlob: old.CiphertextBlob })).toMatchObject({ KeyMaterialId: first });
  });

  it('is one at a time', async () => {
    await bring(randomBytes(32));
    const pending = await bring(randomBytes(32), asNew);
    const { __type, message } = await importing(kms, KeyId, randomBytes(32), asNew);
    expect(__type).toBe('KMSInvalidStateException');
    expect(message).toMatch(
      new RegExp(
        `^New key material \\(id: [0-9a-f]{64}\\) cannot be imported into KMS key ${Arn}, because another key material \\(id: ${pending}\\) is pending rotation\\.$`,
      ),
    );
  });

  it('is what a rotation needs', async () => {
    await bring(randomBytes(32));
    const message = `No available key material pending rotation for the key: ${Arn}.`;
    expect(await rotate()).toMatchObject(refusal('KMSInvalidStateException', message));
  });

  it('may go again without harm to the key, and make room for other', async () => {
    const first = await bring(randomBytes(32));
    const material = randomBytes(32);
    const pending = await bring(material, asNew);
    expect(await kms.call('DeleteImportedKeyMaterial', { KeyId, KeyMaterialId: pending })).toMatchObject({
      status: 200,
      KeyId: Arn,
      KeyMaterialId: pending,
    });
    expect(await metadata()).toMatchObject({ KeyState: 'Enabled', CurrentKeyMaterialId: first });
    expect(await listed()).toHaveLength(1);
    expect(await kms.stores.keys.material(KeyId, pending)).toBeUndefined();
    expect(await bring(material, asNew)).toBe(pending);
    expect(await rotate()).toMatchObject({ status: 200 });
  });

  it('waits for its rotation past its expiry, which comes true with it', async () => {
    const material = randomBytes(32);
    const first = await bring(randomBytes(32));
    const { CiphertextBlob } = await encrypt();
    const ValidTo = secondsFromNow(60);
    const pending = await bring(material, { ImportType: 'NEW_KEY_MATERIAL', ValidTo });
    kms.moveClock(61);
    const waiting = { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE', CurrentKeyMaterialId: first };
    expect(await metadata()).toMatchObject({ KeyState: 'Enabled', ...waiting });
    expect(await metadata()).not.toHaveProperty('ValidTo');
    expect(await listed()).toMatchObject([
      { KeyMaterialId: first },
      {
        KeyMaterialId: pending,
        KeyMaterialState: 'PENDING_ROTATION',
        ImportState: 'IMPORTED',
        ExpirationModel: 'KEY_MATERIAL_EXPIRES',
        ValidTo,
      },
    ]);
    expect(await importing(kms, KeyId, material, asNew)).toMatchObject(alreadyThere(pending));
    expect(await importing(kms, KeyId, randomBytes(32), asNew)).toMatchObject(refusal('KMSInvalidStateException'));

    expect(await rotate()).toMatchObject({ status: 200 });
    expect(await metadata()).toMatchObject({ KeyState: 'PendingImport', CurrentKeyMaterialId: pending });
    expect(await encrypt()).toMatchObject(pendingImport());
    expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject(pendingImport());
    await bring(material);
    expect(await metadata()).toMatchObject({ KeyState: 'Enabled', CurrentKeyMaterialId: pending });
    expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({ status: 200, KeyMaterialId: first });
  });

  it('may be brought again while it waits, with another expiry', async () => {
    await bring(randomBytes(32));
    const material = randomBytes(32);
    await bring(material, { ImportType: 'NEW_KEY_MATERIAL', ValidTo: secondsFromNow(60) });
    await bring(material, { ...forEver, ImportType: 'EXISTING_KEY_MATERIAL' });
    kms.moveClock(61);
    expect(await rotate()).toMatchObject({ status: 200 });
  });

  it('rotates 25 times in the life of a key', async () => {
    const record = await kms.stores.keys.get(KeyId);
    if (record === undefined) throw new Error('no key');
    await bring(randomBytes(32));
    const rotated = { date: kms.now(), type: 'ON_DEMAND' } as const;
    const versions = Array.from({ length: 25 }, (_, i) => ({
      KeyMaterialId: String(i).padStart(64, '0'),
      KeyMaterialState: 'NON_CURRENT' as const,
      rotation: rotated,
    }));
    const stored = await kms.stores.keys.get(KeyId);
    if (stored) await kms.stores.keys.update(stored, { materials: [...versions, ...stored.materials] });
    await bring(randomBytes(32), asNew);
    expect(await rotate()).toMatchObject(refusal('LimitExceededException'));
  });
});

describe('on record', () => {
  it('stand import and deletion with the id of the material, and no bytes', async () => {
    const brought = await bringing(kms, KeyId, randomBytes(32));
    kms.audited.length = 0;
    const ValidTo = Date.parse('2027-01-02T03:04:05Z') / 1000;
    const members = { ...brought, ValidTo, KeyMaterialDescription: 'mine', ImportType: 'NEW_KEY_MATERIAL' };
    const { KeyMaterialId } = await kms.call('ImportKeyMaterial', members);
    await kms.call('DeleteImportedKeyMaterial', { KeyId, KeyMaterialId });
    const response = { responseElements: { keyId: Arn, keyMaterialId: KeyMaterialId } };
    expect(kms.audited).toMatchObject([{ eventName: 'ImportKeyMaterial', ...response }, { ...response }]);
    expect(kms.audited[0]?.requestParameters).toEqual({
      keyId: KeyId,
      validTo: 'Jan 2, 2027, 3:04:05 AM',
      importType: 'NEW_KEY_MATERIAL',
      keyMaterialDescription: 'mine',
    });
  });
});
