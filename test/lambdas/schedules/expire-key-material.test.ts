import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bringing, importing } from '../../importing.ts';
import { newService, type Service } from '../../service.ts';
import { day, pass } from './passes.ts';

const material = randomBytes(32);
let kms: Service;
let KeyId: string;
beforeEach(async () => {
  kms = await newService();
  ({ KeyId } = await kms.newKey({ Origin: 'EXTERNAL' }));
});
afterEach(() => kms.close());

const expiring = async (days: number) => {
  const ValidTo = kms.now().getTime() / 1000 + days * day;
  const { KeyMaterialId } = await importing(kms, KeyId, material, { ValidTo });
  return String(KeyMaterialId);
};
const stateOf = async () => (await kms.call('DescribeKey', { KeyId })).KeyMetadata.KeyState;

it('takes the bytes away, once the second has come', async () => {
  const id = await expiring(1);
  kms.moveClock(day - 1);
  expect(await pass(kms, 'ExpireKeyMaterial')).toMatchObject({ done: 0 });
  kms.moveClock(1);
  expect(await stateOf()).toBe('PendingImport'); // the clock alone says so
  expect(await kms.stores.keys.material(KeyId, id)).toBeDefined();
  await pass(kms, 'ExpireKeyMaterial');
  expect(await kms.stores.keys.material(KeyId, id)).toBeUndefined();
  expect(await stateOf()).toBe('PendingImport');
});

it('puts it on record once, and lets it come and go again', async () => {
  const { CiphertextBlob } = await (async () => {
    await expiring(1);
    return kms.call('Encrypt', { KeyId, Plaintext: Buffer.from('p') });
  })();
  kms.audited.length = 0;
  for (let n = 0; n < 2; n += 1) {
    kms.moveClock(day);
    await Promise.all([pass(kms, 'ExpireKeyMaterial'), pass(kms, 'ExpireKeyMaterial')]);
    expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({ __type: 'KMSInvalidStateException' });
    const id = await expiring(1);
    expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({ Plaintext: 'cA==' });
    const events = kms.audited.filter(({ eventName }) => eventName === 'DeleteExpiredKeyMaterial');
    expect(new Set(events.map(({ eventID }) => eventID)).size).toBe(n + 1);
    expect(events.at(-1)).toMatchObject({
      responseElements: null,
      serviceEventDetails: { keyId: KeyId, keyMaterialId: id },
    });
  }
});

it('spares material that is imported again while it goes', async () => {
  const id = await expiring(1);
  kms.moveClock(day);
  const again = await bringing(kms, KeyId, material);
  const { keys } = kms.stores;
  const racing = {
    ...kms.stores,
    keys: {
      ...keys,
      deleteMaterial: async (item: Parameters<typeof keys.deleteMaterial>[0]) => {
        const ExpirationModel = 'KEY_MATERIAL_DOES_NOT_EXPIRE';
        expect(await kms.call('ImportKeyMaterial', { ...again, ExpirationModel })).toMatchObject({ status: 200 });
        await keys.deleteMaterial(item);
      },
    },
  };
  const runtime = { ...kms.runtime, storesFor: () => racing };
  expect(await pass({ runtime }, 'ExpireKeyMaterial')).toMatchObject({ failed: 0 });
  expect(await kms.stores.keys.material(KeyId, id)).toBeDefined();
  expect(await kms.call('Encrypt', { KeyId, Plaintext: Buffer.from('p') })).toMatchObject({ status: 200 });
});

it('leaves what waits for its rotation, until that has come', async () => {
  await importing(kms, KeyId, randomBytes(32));
  const ValidTo = kms.now().getTime() / 1000 + day;
  const pending = await importing(kms, KeyId, material, { ImportType: 'NEW_KEY_MATERIAL', ValidTo });
  const id = String(pending.KeyMaterialId);
  await pass(kms, 'WarnOfExpiry');
  expect(kms.logged).toEqual([]);
  kms.moveClock(day);
  expect(await pass(kms, 'ExpireKeyMaterial')).toMatchObject({ done: 0 });
  expect(await kms.stores.keys.material(KeyId, id)).toBeDefined();
  await kms.call('RotateKeyOnDemand', { KeyId });
  await pass(kms, 'AnnounceEvents'); // the rotation comes first
  expect(await pass(kms, 'ExpireKeyMaterial')).toMatchObject({ done: 1 });
  expect(await kms.stores.keys.material(KeyId, id)).toBeUndefined();
  expect(await stateOf()).toBe('PendingImport');
});

it('is told of a week before', async () => {
  await expiring(8);
  await pass(kms, 'WarnOfExpiry');
  expect(kms.logged).toEqual([]);
  kms.moveClock(day);
  await pass(kms, 'WarnOfExpiry');
  expect(kms.logged).toMatchObject([{ level: 'warn', metric: ['KeyMaterialExpiring', 1] }]);
});
