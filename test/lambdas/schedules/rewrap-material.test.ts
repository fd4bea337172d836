import { randomBytes } from 'node:crypto';
import { afterEach, expect, it, vi } from 'vitest';
import { wrappedRootVersion } from '../../../core/crypto/key-wrap.ts';
import { runSchedule } from '../../../lambdas/run-schedule.ts';
import { rewrapMaterial } from '../../../lambdas/schedules/rewrap-material.ts';
import type { Sweepers } from '../../../stores/ports.ts';
import { bringing, forEver, importing } from '../../importing.ts';
import { newRotatingRoots } from '../../rotating-roots.ts';
import { newService, type Service, type ServiceRegion } from '../../service.ts';
import { day, pass, passAll } from './passes.ts';

const Plaintext = Buffer.from('p');
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A service whose root key is rotated by `roots.use`. */
const newWorld = async (around?: (stores: Sweepers) => Sweepers, beforeWrite?: () => void) => {
  const roots = newRotatingRoots();
  const kms = await newService({ keyring: roots.keyring }, around, beforeWrite);
  closers.push(kms.close);
  return { kms, roots };
};

/** The versions of the root under which material is stored, each once. */
const rootsIn = async ({ stores }: Pick<ServiceRegion, 'stores'>) => {
  const { items } = await stores.keys.scan({ limit: 1000 });
  const versions = items.flatMap(({ wrapped }) => (wrapped ? [wrappedRootVersion(wrapped)] : []));
  return [...new Set(versions)].toSorted();
};

const encrypt = async (kms: Pick<Service, 'call'>, KeyId: string) =>
  (await kms.call('Encrypt', { KeyId, Plaintext })).CiphertextBlob;
const opens = async (kms: Pick<Service, 'call'>, CiphertextBlob: string) =>
  (await kms.call('Decrypt', { CiphertextBlob })).Plaintext === Plaintext.toString('base64');

const told = ({ logged }: Service) => logged.flatMap(({ metric }) => (metric ? [metric] : []));
const left = (count: number) => ['MaterialUnderOtherRoots', count];

it('wraps every kind of material anew, and all of it works without the old root', async () => {
  const { kms, roots } = await newWorld();
  const rotated = (await kms.newKey()).KeyId;
  const blobs = [await encrypt(kms, rotated)];
  await kms.call('RotateKeyOnDemand', { KeyId: rotated });
  await passAll(kms);
  const imported = (await kms.newKey({ Origin: 'EXTERNAL' })).KeyId;
  await importing(kms, imported, randomBytes(32));
  const related = (await kms.newKey({ MultiRegion: true })).KeyId;
  await kms.call('ReplicateKey', { KeyId: related, ReplicaRegion: 'eu-west-1' });
  const sister = await kms.inRegion('eu-west-1');
  await kms.call('DescribeKey', { KeyId: 'alias/aws/s3' }); // which makes it
  for (const KeyId of [rotated, imported, related]) blobs.push(await encrypt(kms, KeyId));
  const signing = (await kms.newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' })).KeyId;
  const Message = { KeyId: signing, Message: Plaintext, SigningAlgorithm: 'ECDSA_SHA_256' };
  const { Signature } = await kms.call('Sign', Message);
  const doomed = (await kms.newKey()).KeyId;
  blobs.push(await encrypt(kms, doomed));
  await kms.call('ScheduleKeyDeletion', { KeyId: doomed });

  roots.use([1, 2], 2);
  expect([await rootsIn(kms), await rootsIn(sister)]).toEqual([[1], [1]]);
  expect(await pass(kms, 'RewrapMaterial')).toMatchObject({ done: 7, failed: 0 });
  await pass(sister, 'RewrapMaterial');
  expect([await rootsIn(kms), await rootsIn(sister)]).toEqual([[2], [2]]);

  roots.use([2], 2);
  kms.moveClock(60); // until the replica is made
  await kms.call('CancelKeyDeletion', { KeyId: doomed });
  await kms.call('EnableKey', { KeyId: doomed });
  for (const blob of blobs) expect(await opens(kms, blob)).toBe(true);
  expect(await opens(sister, blobs[3] ?? '')).toBe(true);
  expect(await kms.call('Verify', { ...Message, Signature })).toMatchObject({ SignatureValid: true });
});

it('reads nothing while there never was another root', async () => {
  const scan = vi.fn();
  const { kms } = await newWorld((stores) => ({ ...stores, keys: { ...stores.keys, scan } }));
  await kms.newKey();
  expect(await pass(kms, 'RewrapMaterial')).toEqual({ done: 0, failed: 0, cut: false });
  expect(scan).not.toHaveBeenCalled();
  expect(kms.logged).toEqual([]);
});

it('tells how much is left until nothing is, and no more once the old root is gone', async () => {
  const { kms, roots } = await newWorld();
  for (let n = 0; n < 3; n += 1) await kms.newKey();
  roots.use([1, 2], 2);
  let asked = 0;
  const cut = await runSchedule(rewrapMaterial, kms.runtime)({ outOfTime: () => asked++ >= 2 });
  expect(cut).toEqual({ done: 2, failed: 0, cut: true });
  expect(told(kms)).toEqual([left(1)]);
  expect(await pass(kms, 'RewrapMaterial')).toMatchObject({ done: 1 });
  expect(await pass(kms, 'RewrapMaterial')).toMatchObject({ done: 0 });
  expect(told(kms)).toEqual([left(1), left(0), left(0)]);
  roots.use([2], 2);
  await pass(kms, 'RewrapMaterial');
  expect(told(kms)).toHaveLength(3);
});

it('says so, every time, when a root was given up that something is still under', async () => {
  const { kms, roots } = await newWorld();
  const { KeyId } = await kms.newKey();
  const blob = await encrypt(kms, KeyId);
  roots.use([2], 2);
  expect(await kms.call('Decrypt', { CiphertextBlob: blob })).toMatchObject({ status: 500 });
  kms.logged.length = 0;
  expect(await pass(kms, 'RewrapMaterial')).toMatchObject({ done: 0, failed: 1 });
  expect(told(kms)).toEqual([['ScheduleFailures', 1], left(1)]);
  roots.use([1, 2], 2); // and nothing was lost
  expect(await pass(kms, 'RewrapMaterial')).toMatchObject({ done: 1, failed: 0 });
  roots.use([2], 2);
  expect(await opens(kms, blob)).toBe(true);
});

it('goes back to an older root when that is in force again', async () => {
  const { kms, roots } = await newWorld();
  roots.use([1, 2], 2);
  const blob = await encrypt(kms, (await kms.newKey()).KeyId);
  roots.use([1, 2], 1);
  await pass(kms, 'RewrapMaterial');
  roots.use([1], 1);
  expect(await opens(kms, blob)).toBe(true);
});

it('leaves material that belongs to no key, and goes on when some was altered', async () => {
  const { kms, roots } = await newWorld();
  const [altered, sound] = [await kms.newKey(), await kms.newKey()];
  const blob = await encrypt(kms, sound.KeyId);
  const record = await kms.stores.keys.get(altered.KeyId);
  const item = await kms.stores.keys.material(altered.KeyId, record?.currentKeyMaterialId ?? '');
  if (item === undefined) throw new Error('no material');
  const wrapped = Buffer.from(item.wrapped).fill(0, 40);
  await kms.stores.keys.replaceMaterial(item, wrapped);
  await kms.stores.keys.addMaterial({ ...item, KeyId: '11111111-2222-4333-8444-555555555555' });
  roots.use([1, 2], 2);
  expect(await pass(kms, 'RewrapMaterial')).toMatchObject({ done: 2, failed: 1 });
  expect(told(kms)).toContainEqual(left(1));
  expect(kms.logged[0]?.message).toBe(`RewrapMaterial failed for ${altered.KeyId}`);
  expect((await kms.stores.keys.material(altered.KeyId, item.KeyMaterialId))?.wrapped).toEqual(new Uint8Array(wrapped));
  roots.use([2], 2);
  expect(await opens(kms, blob)).toBe(true);
});

it.each(['before', 'after'] as const)(
  'leaves nothing of imported material that is deleted while it is wrapped anew, %s that is written',
  async (when) => {
    let meanwhile = async () => {};
    const { kms, roots } = await newWorld((stores) => ({
      ...stores,
      keys: {
        ...stores.keys,
        async replaceMaterial(...given) {
          if (when === 'before') await meanwhile();
          await stores.keys.replaceMaterial(...given);
        },
        async update(...given) {
          // The call has read the item that it is about to delete.
          if (when === 'after') await meanwhile();
          return stores.keys.update(...given);
        },
      },
    }));
    const { KeyId } = await kms.newKey({ Origin: 'EXTERNAL' });
    await importing(kms, KeyId, randomBytes(32));
    roots.use([1, 2], 2);
    const once = (act: () => Promise<unknown>) => {
      meanwhile = async () => {
        meanwhile = async () => {};
        await act();
      };
    };
    if (when === 'before') {
      once(() => kms.call('DeleteImportedKeyMaterial', { KeyId }));
      await pass(kms, 'RewrapMaterial');
    } else {
      once(() => pass(kms, 'RewrapMaterial'));
      expect((await kms.call('DeleteImportedKeyMaterial', { KeyId })).status).toBe(200);
    }
    expect(await rootsIn(kms)).toEqual([]);
    expect((await kms.call('DescribeKey', { KeyId })).KeyMetadata.KeyState).toBe('PendingImport');
  },
);

it('gives way to whoever rotates, imports again or deletes at the same time', async () => {
  let meanwhile = async () => {};
  const { kms, roots } = await newWorld((stores) => ({
    ...stores,
    keys: {
      ...stores.keys,
      async replaceMaterial(...given) {
        await meanwhile();
        await stores.keys.replaceMaterial(...given);
      },
    },
  }));
  const rotating = (await kms.newKey()).KeyId;
  const blob = await encrypt(kms, rotating);
  const imported = (await kms.newKey({ Origin: 'EXTERNAL' })).KeyId;
  const material = randomBytes(32);
  await importing(kms, imported, material);
  const doomed = (await kms.newKey()).KeyId;
  await kms.call('ScheduleKeyDeletion', { KeyId: doomed, PendingWindowInDays: 7 });
  kms.moveClock(7 * day);
  const again = { ...(await bringing(kms, imported, material)), ...forEver };
  roots.use([1, 2], 2);
  meanwhile = async () => {
    meanwhile = async () => {};
    await kms.call('RotateKeyOnDemand', { KeyId: rotating });
    expect((await kms.call('ImportKeyMaterial', again)).status).toBe(200); // by a token of the old root
    await pass(kms, 'DeleteKeys');
  };
  expect(await pass(kms, 'RewrapMaterial')).toMatchObject({ failed: 0 });
  await passAll(kms);
  await pass(kms, 'RewrapMaterial');
  expect(await rootsIn(kms)).toEqual([2]);
  roots.use([2], 2);
  expect(await opens(kms, blob)).toBe(true);
  expect(await opens(kms, await encrypt(kms, imported))).toBe(true);
  expect((await kms.call('DescribeKey', { KeyId: doomed })).__type).toBe('NotFoundException');
});

it('does the same when two passes run side by side', async () => {
  const { kms, roots } = await newWorld();
  const blobs = [];
  for (let n = 0; n < 20; n += 1) blobs.push(await encrypt(kms, (await kms.newKey()).KeyId));
  roots.use([1, 2], 2);
  const results = await Promise.all([1, 2].map(() => pass(kms, 'RewrapMaterial')));
  expect(results).toMatchObject([{ failed: 0 }, { failed: 0 }]);
  roots.use([2], 2);
  for (const blob of blobs) expect(await opens(kms, blob)).toBe(true);
});

it('loses nothing, killed at any write', async () => {
  for (let n = 1; n <= 4; n += 1) {
    let writesLeft = Number.POSITIVE_INFINITY;
    const { kms, roots } = await newWorld(undefined, () => {
      writesLeft -= 1;
      if (writesLeft < 0) throw new Error('killed');
    });
    const blobs = [];
    for (let key = 0; key < 3; key += 1) blobs.push(await encrypt(kms, (await kms.newKey()).KeyId));
    roots.use([1, 2], 2);
    writesLeft = n - 1;
    await pass(kms, 'RewrapMaterial').catch(() => {}); // the process is gone
    writesLeft = Number.POSITIVE_INFINITY;
    roots.use([1, 2], 2);
    for (const blob of blobs) expect(await opens(kms, blob), `killed at write ${n}`).toBe(true);
    expect(await rootsIn(kms)).toEqual(n === 1 ? [1] : n === 4 ? [2] : [1, 2]);
    await pass(kms, 'RewrapMaterial');
    roots.use([2], 2);
    for (const blob of blobs) expect(await opens(kms, blob), `killed at write ${n}`).toBe(true);
  }
});
