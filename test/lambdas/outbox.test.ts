import { afterEach, describe, expect, it } from 'vitest';
import type { OutboxEntry } from '../../core/model/outbox.ts';
import { type Answer, newService, type Service, type ServiceRegion } from '../service.ts';
import { pass } from './schedules/passes.ts';

/** What is left of calls on multi-Region keys when the process ends between two of their writes, and who does it then. */
const week = { PendingWindowInDays: 7 };
const Plaintext = Buffer.from('text');
/** The writes of a rotation up to where nobody else has heard: material in two Regions, the entry, material, record. */
const rotatedAtHome = 5;

let kms: Service;
let europe: ServiceRegion;
let asia: ServiceRegion;
let KeyId: string;
let writesLeft = Number.POSITIVE_INFINITY;
afterEach(() => kms.close());

/** A primary in us-east-1 with two replicas; the process can be killed before any write, of an item in any Region. */
const newSet = async () => {
  kms = await newService({}, undefined, () => {
    writesLeft -= 1;
    if (writesLeft < 0) throw new Error('killed');
  });
  europe = await kms.inRegion('eu-west-1');
  asia = await kms.inRegion('ap-south-1');
  ({ KeyId } = await kms.newKey({ MultiRegion: true }));
  for (const ReplicaRegion of ['eu-west-1', 'ap-south-1']) await kms.call('ReplicateKey', { KeyId, ReplicaRegion });
  await kms.call('EnableKeyRotation', { KeyId });
  kms.moveClock(1);
};
const regions = () => [kms, europe, asia];
const records = () => Promise.all(regions().map(({ stores }) => stores.keys.get(KeyId)));
const entries = () => Promise.all(regions().map(({ stores }) => stores.keys.outboxEntry(KeyId)));

const drain = async () => {
  kms.moveClock(61);
  for (const region of regions()) expect(await pass(region, 'DrainOutbox')).toMatchObject({ failed: 0 });
  kms.moveClock(1);
};

const expectInStep = async () => {
  const found = (await records()).filter((record) => record !== undefined);
  const primaries = found.filter(({ related }) => related?.primaryRegion === undefined);
  expect(primaries).toHaveLength(1);
  for (const { related, materials, rotation, currentKeyMaterialId } of found) {
    expect(related?.replicas).toEqual(primaries[0]?.related?.replicas);
    expect({ materials, rotation, currentKeyMaterialId }).toEqual({
      materials: primaries[0]?.materials,
      rotation: primaries[0]?.rotation,
      currentKeyMaterialId: primaries[0]?.currentKeyMaterialId,
    });
  }
  const usable: Pick<ServiceRegion, 'call'>[] = [];
  for (const region of regions()) {
    const { KeyMetadata } = await region.call('DescribeKey', { KeyId });
    expect(['Creating', 'Updating']).not.toContain(KeyMetadata?.KeyState);
    if (KeyMetadata?.KeyState === 'Enabled') usable.push(region);
  }
  for (const from of usable) {
    const { CiphertextBlob } = await from.call('Encrypt', { KeyId, Plaintext });
    for (const to of usable) expect(await to.call('Decrypt', { CiphertextBlob })).toMatchObject({ status: 200 });
  }
};

const nothing = async () => {};
const goes = () => europe.call('ScheduleKeyDeletion', { KeyId, ...week });
const cases: readonly (readonly [string, () => Promise<unknown>, () => Promise<Answer>])[] = [
  ['a rotation', nothing, () => kms.call('RotateKeyOnDemand', { KeyId })],
  ['new settings of the rotation', nothing, () => kms.call('DisableKeyRotation', { KeyId })],
  ['a change of the primary', nothing, () => kms.call('UpdatePrimaryRegion', { KeyId, PrimaryRegion: 'ap-south-1' })],
  ['the end of a replica', nothing, goes],
  ['a replica that stays after all', goes, () => europe.call('CancelKeyDeletion', { KeyId })],
];

describe('killed at any write', () => {
  it.each(cases)('%s is finished by the drain, or was never begun', async (_, prepare, act) => {
    for (let n = 0; ; n += 1) {
      await newSet();
      await prepare();
      writesLeft = n;
      await act();
      const wasKilled = writesLeft < 0;
      writesLeft = Number.POSITIVE_INFINITY;
      await drain();
      await expectInStep();
      expect(await entries(), `killed at write ${n + 1}`).toEqual([undefined, undefined, undefined]);
      if (!wasKilled) {
        expect(n).toBeGreaterThan(2);
        return;
      }
      await kms.close();
    }
  });

  it('the drain itself is finished by the next', async () => {
    for (let n = 0; ; n += 1) {
      await newSet();
      writesLeft = rotatedAtHome;
      await kms.call('RotateKeyOnDemand', { KeyId });
      kms.moveClock(61);
      writesLeft = n;
      await pass(kms, 'DrainOutbox');
      const wasKilled = writesLeft < 0;
      writesLeft = Number.POSITIVE_INFINITY;
      await drain();
      await expectInStep();
      if (!wasKilled) {
        expect(n).toBe(5); // material and record in two Regions, the entry
        return;
      }
      await kms.close();
    }
  });

  it('a replica is listed by its primary and usable, or neither', async () => {
    for (let n = 0; ; n += 1) {
      await newSet();
      writesLeft = n;
      await kms.call('ReplicateKey', { KeyId, ReplicaRegion: 'eu-north-1' });
      const wasKilled = writesLeft < 0;
      writesLeft = Number.POSITIVE_INFINITY;
      await drain();
      await expectInStep();
      const north = await kms.inRegion('eu-north-1');
      const state = (await north.call('DescribeKey', { KeyId })).KeyMetadata?.KeyState;
      const listed = (await kms.stores.keys.get(KeyId))?.related?.replicas.some(
        ({ Region }) => Region === 'eu-north-1',
      );
      expect(state === 'Enabled').toBe(listed);
      if (!wasKilled) return;
      await kms.close();
    }
  });
});

it('tells nobody of a new primary before that knows, and tells the others when one of them cannot be told', async () => {
  const failingIn = (name: string) => async (region: string) => {
    const { stores } = await kms.inRegion(region);
    const update = () => Promise.reject(new Error('no way'));
    return region === name ? { ...stores, keys: { ...stores.keys, update } } : stores;
  };
  await newSet();
  const { inRegion } = kms.runtime;
  kms.runtime.inRegion = failingIn('ap-south-1');
  const update = { KeyId, PrimaryRegion: 'ap-south-1' };
  expect(await kms.call('UpdatePrimaryRegion', update)).toMatchObject({ status: 200 });
  expect((await records())[1]?.related?.primaryRegion).toBe('us-east-1');
  kms.runtime.inRegion = failingIn('eu-west-1');
  kms.moveClock(61);
  await pass(kms, 'DrainOutbox');
  expect((await records())[2]?.related?.primaryRegion).toBeUndefined();
  expect((await entries())[0]).toBeDefined();
  kms.runtime.inRegion = inRegion;
  await drain();
  await expectInStep();
});

describe('the outbox', () => {
  it('is not drained while the call that wrote the entry may be under way', async () => {
    await newSet();
    writesLeft = rotatedAtHome;
    await kms.call('RotateKeyOnDemand', { KeyId });
    writesLeft = Number.POSITIVE_INFINITY;
    kms.moveClock(59);
    await pass(kms, 'DrainOutbox');
    expect((await entries())[0]).toBeDefined();
    kms.moveClock(1);
    await pass(kms, 'DrainOutbox');
    expect((await entries())[0]).toBeUndefined();
  });

  it('keeps the entry of a later call when an earlier one is done', async () => {
    await newSet();
    const [earlier, later] = ['a', 'b'].map((token): OutboxEntry => ({ KeyId, token, due: kms.now() }));
    if (!earlier || !later) return expect.fail();
    await kms.stores.keys.addToOutbox(earlier);
    await kms.stores.keys.addToOutbox(later);
    await kms.stores.keys.removeFromOutbox(earlier);
    expect(await kms.stores.keys.outboxEntry(KeyId)).toEqual(later);
    await kms.stores.keys.removeFromOutbox(later);
    expect(await kms.stores.keys.outboxEntry(KeyId)).toBeUndefined();
  });

  it('hides nothing else that is due to a key, and goes with it', async () => {
    await newSet();
    const lonely = await kms.newKey({ MultiRegion: true });
    await kms.stores.keys.addToOutbox({ KeyId: lonely.KeyId, token: 'a', due: kms.now() });
    await kms.call('ScheduleKeyDeletion', { KeyId: lonely.KeyId, ...week });
    kms.moveClock(7 * 86_400);
    await pass(kms, 'DeleteKeys');
    expect(await kms.stores.keys.get(lonely.KeyId)).toBeUndefined();
    expect(await kms.stores.keys.outboxEntry(lonely.KeyId)).toBeUndefined();
  });

  it('is drained to the end, however many keys there are in it', async () => {
    await newSet();
    const record = (await kms.stores.keys.get(KeyId)) ?? expect.fail();
    // More than a page of one bucket, which the last digit decides.
    const ids = Array.from({ length: 110 }, (_, n) => `mrk-${n.toString(16).padStart(31, '0')}0`);
    for (const id of ids) {
      await kms.stores.keys.create({ ...record, KeyId: id, related: undefined }, undefined);
      await kms.stores.keys.addToOutbox({ KeyId: id, token: 'a', due: kms.now() });
    }
    expect(await pass(kms, 'DrainOutbox')).toMatchObject({ done: 110, failed: 0 });
    for (const id of ids) expect(await kms.stores.keys.outboxEntry(id)).toBeUndefined();
  });
});

describe('a sweep', () => {
  it('spares material that the primary has in use, though the word of it has not come yet', async () => {
    await newSet();
    writesLeft = rotatedAtHome;
    await kms.call('RotateKeyOnDemand', { KeyId });
    writesLeft = Number.POSITIVE_INFINITY;
    const { CiphertextBlob } = await kms.call('Encrypt', { KeyId, Plaintext });
    await pass(europe, 'SweepOrphans');
    expect(await europe.call('Decrypt', { CiphertextBlob })).toMatchObject({ status: 200 });
  });

  it('spares it too while the primary cannot be asked, and leaves the rest to the outbox', async () => {
    await newSet();
    writesLeft = rotatedAtHome;
    await kms.call('RotateKeyOnDemand', { KeyId });
    writesLeft = Number.POSITIVE_INFINITY;
    const { CiphertextBlob } = await kms.call('Encrypt', { KeyId, Plaintext });
    const { inRegion } = europe.runtime;
    europe.runtime.inRegion = () => Promise.reject(new Error('no way'));
    await pass(europe, 'SweepOrphans');
    expect(await europe.call('Decrypt', { CiphertextBlob })).toMatchObject({ status: 200 });
    expect((await entries())[1]).toBeDefined();
    europe.runtime.inRegion = inRegion;
    await drain();
    await expectInStep();
  });

  it('deletes material of a rotation that never was', async () => {
    await newSet();
    writesLeft = 2; // two materials
    await kms.call('RotateKeyOnDemand', { KeyId });
    writesLeft = Number.POSITIVE_INFINITY;
    const items = async () => (await europe.stores.keys.scan({ limit: 100 })).items.filter((i) => i.KeyMaterialId);
    expect(await items()).toHaveLength(2);
    await pass(europe, 'SweepOrphans');
    expect(await items()).toHaveLength(1);
  });
});
