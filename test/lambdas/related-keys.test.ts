import { afterEach, describe, expect, it } from 'vitest';
import { keysInStep } from '../../lambdas/related-keys.ts';
import type { Sweepers } from '../../stores/ports.ts';
import { type Answer, newService, type Service, type ServiceRegion } from '../service.ts';

/** Calls on multi-Region keys that are cut off between two of their writes, as by a crash. */
const Plaintext = Buffer.from('text');
const week = { PendingWindowInDays: 7 };

let kms: Service;
let europe: ServiceRegion;
let asia: ServiceRegion;
let KeyId: string;
let writesLeft = Number.POSITIVE_INFINITY;
/** Comes in ahead of the second update from now on. */
let rival: (() => Promise<unknown>) | undefined;
let updates = 0;
afterEach(() => kms.close());

/** Key stores that lose their power when no writes are left. */
const failing = ({ keys, ...others }: Sweepers): Sweepers => {
  const counted =
    <Given extends unknown[], Result>(write: (...given: Given) => Promise<Result>) =>
    async (...given: Given): Promise<Result> => {
      writesLeft -= 1;
      if (writesLeft < 0) throw new Error('the power is gone');
      return write(...given);
    };
  const { create, update, addMaterial, deleteMaterial, addToOutbox, removeFromOutbox } = keys;
  const writers = {
    create: counted(create),
    update: counted(async (...given: Parameters<typeof update>) => {
      updates += 1;
      if (updates === 2 && rival) await rival();
      return update(...given);
    }),
    addMaterial: counted(addMaterial),
    deleteMaterial: counted(deleteMaterial),
    addToOutbox: counted(addToOutbox),
    removeFromOutbox: counted(removeFromOutbox),
  };
  return { ...others, keys: { ...keys, ...writers } };
};

/** A primary in us-east-1 with replicas that are ready for use. */
const newSet = async (...replicas: string[]) => {
  kms = await newService({}, failing);
  europe = await kms.inRegion('eu-west-1');
  asia = await kms.inRegion('ap-south-1');
  ({ KeyId } = await kms.newKey({ MultiRegion: true }));
  for (const ReplicaRegion of replicas) await kms.call('ReplicateKey', { KeyId, ReplicaRegion });
  kms.moveClock(1);
};

type Region = Pick<ServiceRegion, 'call' | 'stores'>;
const metadata = async (region: Region) => (await region.call('DescribeKey', { KeyId })).KeyMetadata;
const typeOf = async (region: Region) => (await metadata(region))?.MultiRegionConfiguration.MultiRegionKeyType;
const primaries = async () => (await Promise.all([kms, europe, asia].map(typeOf))).filter((type) => type === 'PRIMARY');

/** Every key that may be used opens what any of them seals. */
const expectInteroperable = async () => {
  const usable: Region[] = [];
  for (const region of [kms, europe, asia]) {
    if (['Enabled', 'Updating'].includes((await metadata(region))?.KeyState)) usable.push(region);
  }
  for (const from of usable) {
    const { CiphertextBlob } = await from.call('Encrypt', { KeyId, Plaintext });
    for (const to of usable) expect(await to.call('Decrypt', { CiphertextBlob })).toMatchObject({ status: 200 });
  }
};

/** All keys of the set say the same of what they share. */
const expectInStep = async () => {
  const stored = await Promise.all([kms, europe, asia].map(({ stores }) => stores.keys.get(KeyId)));
  const records = stored.filter((record) => record !== undefined);
  const [primary, ...others] = records.filter(({ related }) => related?.primaryRegion === undefined);
  expect(others).toEqual([]);
  for (const { related, materials, rotation, currentKeyMaterialId } of records) {
    expect(related?.replicas).toEqual(primary?.related?.replicas);
    expect({ materials, rotation, currentKeyMaterialId }).toEqual({
      materials: primary?.materials,
      rotation: primary?.rotation,
      currentKeyMaterialId: primary?.currentKeyMaterialId,
    });
  }
};

/** Cuts a call off after no write, after one, two and so on, whether it answers or not; tells how many it takes. */
const cutOff = async (prepare: () => Promise<unknown>, call: () => Promise<Answer>, check: () => Promise<void>) => {
  for (let writes = 0; ; writes += 1) {
    await prepare();
    writesLeft = writes;
    await call();
    const wasCutOff = writesLeft < 0;
    writesLeft = Number.POSITIVE_INFINITY;
    await check();
    if (!wasCutOff) return writes;
    await kms.close();
  }
};

describe('a call that is cut off anywhere', () => {
  it('leaves no replica that can be used but is not known, and makes it when it comes again', async () => {
    const replicate = () => kms.call('ReplicateKey', { KeyId, ReplicaRegion: 'ap-south-1' });
    const check = async () => {
      kms.moveClock(1);
      await expectInteroperable();
      const state = (await metadata(asia))?.KeyState;
      const listed = (await metadata(kms)).MultiRegionConfiguration.ReplicaKeys.length === 2;
      expect([undefined, 'Creating', 'Enabled']).toContain(state);
      if (state === 'Enabled') expect(listed).toBe(true);
      const answer = state === 'Enabled' ? { __type: 'AlreadyExistsException' } : { status: 200 };
      expect(await replicate()).toMatchObject(answer);
      kms.moveClock(1);
      expect(await metadata(asia)).toMatchObject({ KeyState: 'Enabled' });
      await expectInStep();
    };
    // Material, replica, outbox, primary, sibling, replica again, outbox.
    expect(await cutOff(() => newSet('eu-west-1'), replicate, check)).toBe(7);
  });

  it('never has a key use material that another lacks, and is made up for by the next write', async () => {
    const rotate = () => kms.call('RotateKeyOnDemand', { KeyId });
    const check = async () => {
      await expectInteroperable();
      await kms.call('EnableKeyRotation', { KeyId });
      await expectInStep();
      await expectInteroperable();
    };
    const writes = await cutOff(() => newSet('eu-west-1', 'ap-south-1'), rotate, check);
    expect(writes).toBeGreaterThanOrEqual(5); // two materials, then three records
  });

  it('never leaves two primaries; the next write to any key of the set leaves one', async () => {
    const update = () => kms.call('UpdatePrimaryRegion', { KeyId, PrimaryRegion: 'eu-west-1' });
    for (const mend of [() => kms, () => europe, () => asia]) {
      const check = async () => {
        kms.moveClock(1);
        await expectInteroperable();
        expect((await primaries()).length).toBeLessThanOrEqual(1);
        await mend().call('ScheduleKeyDeletion', { KeyId });
        await expectInStep();
      };
      expect(await cutOff(() => newSet('eu-west-1', 'ap-south-1'), update, check)).toBe(5); // outbox, three records, outbox
      await kms.close();
    }
    await newSet();
  });

  it.each(['ScheduleKeyDeletion', 'CancelKeyDeletion'] as const)(
    'never has a primary go while a replica stays (%s of the replica)',
    async (name) => {
      const prepare = async () => {
        await newSet('eu-west-1');
        await kms.call('ScheduleKeyDeletion', { KeyId, ...week });
        if (name === 'CancelKeyDeletion') await europe.call('ScheduleKeyDeletion', { KeyId, ...week });
      };
      const check = async () => {
        kms.moveClock(10 * 86_400);
        const [primary, replica] = [await metadata(kms), await metadata(europe)];
        if (replica !== undefined) expect(primary).toMatchObject({ KeyState: 'PendingReplicaDeletion' });
      };
      await cutOff(prepare, () => europe.call(name, { KeyId, ...week }), check);
    },
  );
});

describe('a sweep', () => {
  const sweep = (region: Service | ServiceRegion) =>
    keysInStep(region.runtime, region.stores.keys, kms.now()).catchUp(KeyId);
  const revisions = async () =>
    (await Promise.all([kms, europe, asia].map(({ stores }) => stores.keys.get(KeyId)))).map((key) => key?.revision);

  it('changes nothing when all agree', async () => {
    await newSet('eu-west-1', 'ap-south-1');
    await kms.call('RotateKeyOnDemand', { KeyId });
    const before = await revisions();
    for (const region of [kms, europe, asia]) await sweep(region);
    expect(await revisions()).toEqual(before);
  });

  it('brings a replica what it missed, material and all', async () => {
    await newSet('eu-west-1', 'ap-south-1');
    const before = await europe.stores.keys.get(KeyId);
    await kms.call('RotateKeyOnDemand', { KeyId });
    const now = await europe.stores.keys.get(KeyId);
    if (before && now) await europe.stores.keys.update(now, { ...before });
    const missing = await europe.stores.keys.material(KeyId, now?.currentKeyMaterialId ?? '');
    if (missing) await europe.stores.keys.deleteMaterial(missing);
    await sweep(asia);
    await expectInStep();
    await expectInteroperable();
  });

  it('tells the primary of a replica that was swept away before anybody said so', async () => {
    await newSet('eu-west-1');
    await kms.call('ScheduleKeyDeletion', { KeyId, ...week });
    const swept = { ...europe.stores.keys, get: async () => undefined };
    kms.runtime.inRegion = async () => ({ ...europe.stores, keys: swept });
    await sweep(kms);
    expect(await metadata(kms)).toMatchObject({ KeyState: 'PendingDeletion' });
  });
});

describe('calls at once', () => {
  it('make one replica in a Region', async () => {
    await newSet();
    const calls = [1, 2, 3].map(() => kms.call('ReplicateKey', { KeyId, ReplicaRegion: 'eu-west-1' }));
    const answers = await Promise.all(calls);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ __type }) => __type === 'AlreadyExistsException')).toHaveLength(2);
    await expectInStep();
  });

  it('leave a rotation as it is when a replica changes meanwhile', async () => {
    await newSet('eu-west-1');
    rival = () => europe.call('UpdateKeyDescription', { KeyId, Description: 'by the rival' });
    updates = 0;
    expect(await kms.call('RotateKeyOnDemand', { KeyId })).toMatchObject({ status: 200 });
    rival = undefined;
    expect((await kms.call('ListKeyRotations', { KeyId })).Rotations).toHaveLength(1);
    expect(await metadata(europe)).toMatchObject({ Description: 'by the rival' });
    await expectInStep();
  });

  it('make one primary', async () => {
    await newSet('eu-west-1', 'ap-south-1');
    const regions = ['eu-west-1', 'ap-south-1'];
    await Promise.all(regions.map((PrimaryRegion) => kms.call('UpdatePrimaryRegion', { KeyId, PrimaryRegion })));
    expect(await primaries()).toHaveLength(1);
    await expectInStep();
  });

  it('rotate while replicas are made, and lose no material', async () => {
    await newSet();
    const rotations = [1, 2, 3].map(() => kms.call('RotateKeyOnDemand', { KeyId }));
    const replicas = ['eu-west-1', 'ap-south-1'].map((ReplicaRegion) =>
      kms.call('ReplicateKey', { KeyId, ReplicaRegion }),
    );
    const answers = await Promise.all([...rotations, ...replicas]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    kms.moveClock(1);
    await expectInStep();
    await expectInteroperable();
    expect((await kms.call('ListKeyRotations', { KeyId })).Rotations).toHaveLength(3);
  });
});
