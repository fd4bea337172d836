import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { elsewhere } from '../../lambdas/pipeline/uses.ts';
import { actionsOf } from '../../lib/store-actions.ts';
import { importing } from '../importing.ts';
import { type Health, home, sister, startTwoRegions, type TwoRegions } from './two-regions.ts';

/** Multi-Region keys between two Regions on AWS, one of which fails for a while. */
let aws: TwoRegions;
let KeyId: string;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: new Date('2026-11-21T12:00:00Z') }); // stand still until moved
  aws = await startTwoRegions();
  const { KeyMetadata } = await aws.home.call('CreateKey', { MultiRegion: true });
  KeyId = KeyMetadata.KeyId;
});
afterEach(() => {
  aws.close();
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

const Plaintext = Buffer.from('text').toString('base64');
const ok = { status: 200 };
const week = { PendingWindowInDays: 7 };
const failed = { status: 500, __type: 'KMSInternalException', message: expect.stringContaining(sister) };

const replicate = async () => {
  expect(await aws.home.call('ReplicateKey', { KeyId, ReplicaRegion: sister })).toMatchObject(ok);
  aws.moveClock(2);
};
const records = () => Promise.all([aws.home, aws.sister].map(({ stores }) => stores.keys.get(KeyId)));
const outboxes = () => Promise.all([aws.home, aws.sister].map(({ stores }) => stores.keys.outboxEntry(KeyId)));
const stateIn = async (region: TwoRegions['home']) =>
  (await region.call('DescribeKey', { KeyId })).KeyMetadata?.KeyState;

/** A pass in each Region, twice at once, of what is late by now. */
const drain = async (regions = [aws.home, aws.sister]) => {
  aws.moveClock(61);
  const passes = regions.flatMap((region) => [region.pass('DrainOutbox'), region.pass('DrainOutbox')]);
  for (const result of await Promise.all(passes)) expect(result).toMatchObject({ failed: 0 });
  aws.moveClock(2);
};

/** Both records say the same of what the keys share, and either opens what the other seals. */
const expectInStep = async () => {
  const [one, other] = await records();
  const shared = (record: typeof one) => ({
    replicas: record?.related?.replicas,
    materials: record?.materials,
    current: record?.currentKeyMaterialId,
    rotation: record?.rotation,
  });
  expect(shared(other)).toEqual(shared(one));
  expect([one, other].filter((record) => record?.related?.primaryRegion === undefined)).toHaveLength(1);
  for (const [from, to] of [
    [aws.home, aws.sister],
    [aws.sister, aws.home],
  ] as const) {
    if ((await stateIn(from)) !== 'Enabled' || (await stateIn(to)) !== 'Enabled') continue;
    const { CiphertextBlob } = await from.call('Encrypt', { KeyId, Plaintext });
    expect(await to.call('Decrypt', { CiphertextBlob })).toMatchObject({ ...ok, Plaintext });
  }
};

describe('while both Regions answer', () => {
  it('replicates a key, rotates it in both, moves the primary, and leaves nothing in the outbox', async () => {
    await replicate();
    expect(await stateIn(aws.sister)).toBe('Enabled');
    await expectInStep();
    expect(await aws.home.call('RotateKeyOnDemand', { KeyId })).toMatchObject(ok);
    aws.moveClock(2);
    await expectInStep();
    expect(await aws.home.call('UpdatePrimaryRegion', { KeyId, PrimaryRegion: sister })).toMatchObject(ok);
    aws.moveClock(2);
    expect(await aws.home.call('RotateKeyOnDemand', { KeyId })).toMatchObject({
      __type: 'UnsupportedOperationException',
    });
    expect(await aws.sister.call('RotateKeyOnDemand', { KeyId })).toMatchObject(ok);
    aws.moveClock(2);
    await expectInStep();
    expect((await records()).map((record) => record?.materials.length)).toEqual([3, 3]);
    expect(await outboxes()).toEqual([undefined, undefined]);
  });

  it('has a primary wait for its replica, and both go', async () => {
    await replicate();
    expect(await aws.home.call('ScheduleKeyDeletion', { KeyId, ...week })).toMatchObject({
      KeyState: 'PendingReplicaDeletion',
    });
    expect(await aws.sister.call('ScheduleKeyDeletion', { KeyId, ...week })).toMatchObject(ok);
    aws.moveClock(7 * 86_400 + 2);
    expect(await stateIn(aws.sister)).toBeUndefined();
    expect(await stateIn(aws.home)).toBe('PendingDeletion');
    aws.moveClock(7 * 86_400);
    expect(await stateIn(aws.home)).toBeUndefined();
  });

  it('makes a replica in place of one that is gone, without what belonged to that', async () => {
    await replicate();
    await aws.sister.call('CreateAlias', { AliasName: 'alias/old', TargetKeyId: KeyId });
    await aws.sister.call('ScheduleKeyDeletion', { KeyId, ...week });
    aws.moveClock(7 * 86_400 + 2);
    await replicate();
    expect(await aws.sister.call('DescribeKey', { KeyId: 'alias/old' })).toMatchObject({ status: 400 });
    await expectInStep();
  });

  it('refuses a replica where the service is not', async () => {
    expect(await aws.home.call('ReplicateKey', { KeyId, ReplicaRegion: 'ap-south-1' })).toMatchObject({
      status: 400,
      __type: 'UnsupportedOperationException',
      message: 'This service is not deployed in the Region ap-south-1.',
    });
  });

  it('agrees in the end, whatever is called in both at once', async () => {
    await replicate();
    await Promise.all([
      aws.home.call('RotateKeyOnDemand', { KeyId }),
      aws.home.call('EnableKeyRotation', { KeyId }),
      aws.sister.call('ScheduleKeyDeletion', { KeyId, ...week }),
      aws.home.call('UpdatePrimaryRegion', { KeyId, PrimaryRegion: sister }),
      drain(),
    ]);
    await drain();
    await expectInStep();
    expect(await outboxes()).toEqual([undefined, undefined]);
  });
});

describe.each<Health>(['down', 'unauthorized'])('while the sister Region is %s', (health) => {
  it('refuses what must be there first, and has changed nothing', async () => {
    aws.health.set(sister, health);
    expect(await aws.home.call('ReplicateKey', { KeyId, ReplicaRegion: sister })).toMatchObject(failed);
    aws.health.clear();
    await replicate();
    const before = await records();
    aws.health.set(sister, health);
    expect(await aws.home.call('RotateKeyOnDemand', { KeyId })).toMatchObject(failed);
    aws.health.clear();
    expect(await records()).toEqual(before);
  });

  it('changes what may follow later, and says so when the outbox is drained', async () => {
    await replicate();
    aws.health.set(sister, health);
    expect(await aws.home.call('EnableKeyRotation', { KeyId })).toMatchObject(ok);
    expect((await aws.home.call('GetKeyRotationStatus', { KeyId })).KeyRotationEnabled).toBe(true);
    aws.logged();
    await drain([aws.home]);
    const waiting = aws.logged().filter((line) => 'RelatedKeysWaiting' in line);
    expect(waiting).toMatchObject([{ RelatedKeysWaiting: 1 }, { RelatedKeysWaiting: 1 }]);
    expect(await aws.home.stores.keys.outboxEntry(KeyId)).toBeDefined();

    aws.health.clear();
    await drain();
    await expectInStep();
    expect(await outboxes()).toEqual([undefined, undefined]);
    await drain();
    expect(aws.logged().filter((line) => 'RelatedKeysWaiting' in line)).toEqual([]);
  });

  it('does not take a replica that cannot be read for one that is gone', async () => {
    await replicate();
    aws.health.set(sister, health);
    expect(await aws.home.call('ScheduleKeyDeletion', { KeyId, ...week })).toMatchObject(ok);
    aws.health.clear();
    aws.moveClock(30 * 86_400);
    await drain();
    expect(await stateIn(aws.home)).toBe('PendingReplicaDeletion');
    expect(await stateIn(aws.sister)).toBe('Enabled');
  });

  it('lets imported material become current only when it has asked every Region', async () => {
    const { KeyMetadata } = await aws.home.call('CreateKey', { MultiRegion: true, Origin: 'EXTERNAL' });
    ({ KeyId } = KeyMetadata);
    const [first, second] = [randomBytes(32), randomBytes(32)];
    await importing(aws.home, KeyId, first);
    await replicate();
    await importing(aws.sister, KeyId, first);
    aws.moveClock(2);
    const anew = { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE', ImportType: 'NEW_KEY_MATERIAL' };
    aws.health.set(sister, health);
    const { KeyMaterialId } = await importing(aws.home, KeyId, second, anew);
    const stateOfIt = async () =>
      (await records())[0]?.materials.find((version) => version.KeyMaterialId === KeyMaterialId)?.KeyMaterialState;
    aws.health.clear();
    expect(await stateOfIt()).toBe('PENDING_MULTI_REGION_IMPORT_AND_ROTATION');
    await drain();
    aws.health.set(home, health);
    expect(await importing(aws.sister, KeyId, second)).toMatchObject(ok);
    aws.health.clear();
    await drain();
    expect(await stateOfIt()).toBe('PENDING_ROTATION');
    aws.health.set(sister, health);
    expect(await aws.home.call('RotateKeyOnDemand', { KeyId })).toMatchObject(failed);
  });

  it('goes on with replicas that wait for their deletion, and never has the primary go before them', async () => {
    await replicate();
    await aws.home.call('ScheduleKeyDeletion', { KeyId, ...week });
    aws.health.set(home, health);
    expect(await aws.sister.call('ScheduleKeyDeletion', { KeyId, ...week })).toMatchObject(ok);
    // It must not stay without the primary's knowing.
    const refused = { ...failed, message: expect.stringContaining(home) };
    expect(await aws.sister.call('CancelKeyDeletion', { KeyId })).toMatchObject(refused);
    expect(await stateIn(aws.sister)).toBe('PendingDeletion');
    aws.health.clear();
    aws.moveClock(30 * 86_400);
    expect(await stateIn(aws.home)).toBe('PendingReplicaDeletion');
    const [primary] = await records();
    expect(primary?.DeletionDate).toBeUndefined();
  });
});

it('answers in time when a Region takes requests and says nothing', async () => {
  await replicate();
  const { KeyMetadata } = await aws.home.call('CreateKey', { MultiRegion: true });
  await aws.home.call('ReplicateKey', { KeyId: KeyMetadata.KeyId, ReplicaRegion: sister });
  aws.moveClock(2);
  aws.health.set(sister, 'hung');
  const started = process.hrtime.bigint();
  for (const id of [KeyId, KeyMetadata.KeyId]) {
    expect(await aws.home.call('EnableKeyRotation', { KeyId: id })).toMatchObject(ok);
  }
  aws.moveClock(61);
  await aws.home.pass('DrainOutbox');
  expect(Number(process.hrtime.bigint() - started) / 1e9).toBeLessThan(3 * 7);
  expect(aws.logged().filter((line) => 'RelatedKeysWaiting' in line)).toMatchObject([{ RelatedKeysWaiting: 2 }]);
}, 30_000);

it('asks a Region that does not answer no more than once for what it has under way, however much is waiting', async () => {
  await replicate();
  const [record] = await records();
  if (record === undefined) return expect.fail();
  for (let n = 0; n < 40; n += 1) {
    const id = `mrk-${n.toString(16).padStart(32, '0')}`;
    await aws.home.stores.keys.create({ ...record, KeyId: id }, undefined);
    await aws.home.stores.keys.addToOutbox({ KeyId: id, token: 'a', due: new Date() });
  }
  aws.health.set(sister, 'unauthorized');
  aws.asked(sister);
  expect(await aws.home.pass('DrainOutbox')).toMatchObject({ done: 40, failed: 0 });
  expect(aws.asked(sister).length).toBeLessThanOrEqual(8);
  expect(aws.logged().filter((line) => 'RelatedKeysWaiting' in line)).toMatchObject([{ RelatedKeysWaiting: 40 }]);
});

describe('a sister Region that is gone from one of the writes to it on', () => {
  const replica = () => aws.home.call('ReplicateKey', { KeyId, ReplicaRegion: sister });
  it.each([
    ['ReplicateKey', false, replica],
    ['RotateKeyOnDemand', true, () => aws.home.call('RotateKeyOnDemand', { KeyId })],
    ['DisableKeyRotation', true, () => aws.home.call('DisableKeyRotation', { KeyId })],
    ['UpdatePrimaryRegion', true, () => aws.home.call('UpdatePrimaryRegion', { KeyId, PrimaryRegion: sister })],
    ['CancelKeyDeletion', true, () => aws.home.call('CancelKeyDeletion', { KeyId })],
  ] as const)('%s is refused and without effect, or made up for by a drain', async (name, isReplicated, act) => {
    for (let n = 1; ; n += 1) {
      if (isReplicated) await replicate();
      await aws.home.call('EnableKeyRotation', { KeyId });
      if (name === 'CancelKeyDeletion') await aws.home.call('ScheduleKeyDeletion', { KeyId });
      aws.moveClock(2);
      const before = await records();
      let writes = 0;
      aws.watchWrites((region) => {
        if (region === sister) writes += 1;
        if (writes === n) aws.health.set(sister, 'down');
      });
      const answer = await act();
      aws.watchWrites(() => {});
      aws.health.clear();
      if (answer.status === 500) expect((await records())[0]).toEqual(before[0]);
      await drain();
      expect(await outboxes(), `down at write ${n}`).toEqual([undefined, undefined]);
      // A replica whose making was refused is made by the repeated call.
      if (answer.status === 500 && name === 'ReplicateKey') expect(await replica()).toMatchObject(ok);
      aws.moveClock(2);
      await expectInStep();
      if (writes < n) {
        expect(n).toBeGreaterThan(name === 'CancelKeyDeletion' ? 0 : 1);
        return;
      }
      ({ KeyId } = (await aws.home.call('CreateKey', { MultiRegion: true })).KeyMetadata);
    }
  });
});

describe('functions ask of another Region just what they are given rights to', () => {
  /** In the words of the stack: what a function may do to the tables of another Region. */
  const askedOfSister = () => {
    const tables: Record<string, { table: Set<string>; indexes: Set<string> }> = {};
    for (const { action, table, index } of aws.asked(sister)) {
      tables[table] ??= { table: new Set(), indexes: new Set() };
      if (index === undefined) tables[table].table.add(action);
      else tables[table].indexes.add(index);
    }
    return tables;
  };
  const mayAsk = (declared: keyof typeof elsewhere) =>
    Object.fromEntries(
      actionsOf(elsewhere[declared]).map(({ store, actions, indexes }) => [
        store,
        { table: new Set(actions), indexes: new Set(indexes) },
      ]),
    );

  it('where they make replicas, in place of some that are gone with all that belonged to them', async () => {
    await replicate();
    await aws.sister.call('CreateAlias', { AliasName: 'alias/old', TargetKeyId: KeyId });
    const GranteePrincipal = 'arn:aws:iam::111122223333:user/staff/alice';
    await aws.sister.call('CreateGrant', { KeyId, GranteePrincipal, Operations: ['Decrypt'] });
    await aws.sister.call('ScheduleKeyDeletion', { KeyId, ...week });
    aws.moveClock(7 * 86_400 + 2);
    aws.asked(sister);
    await replicate();
    // What a replica lacks ReplicateKey brings it as any write does: reading material there is for a primary elsewhere.
    const { keys, ...others } = mayAsk('make');
    const asked = askedOfSister();
    expect({ ...asked, keys: { ...asked.keys, table: asked.keys?.table.add('GetItem') } }).toEqual({ keys, ...others });
  });

  it('where they write to replicas, or to the primary', async () => {
    const { KeyMetadata } = await aws.sister.call('CreateKey', { MultiRegion: true });
    await aws.sister.call('ReplicateKey', { KeyId: KeyMetadata.KeyId, ReplicaRegion: home });
    aws.moveClock(2);
    const external = (await aws.home.call('CreateKey', { MultiRegion: true, Origin: 'EXTERNAL' })).KeyMetadata.KeyId;
    const [first, second] = [randomBytes(32), randomBytes(32)];
    await importing(aws.home, external, first);
    await aws.home.call('ReplicateKey', { KeyId: external, ReplicaRegion: sister });
    aws.moveClock(2);
    await importing(aws.sister, external, first);
    aws.moveClock(2);
    const pending = await importing(aws.home, external, second, {
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
      ImportType: 'NEW_KEY_MATERIAL',
    });
    aws.moveClock(2);
    await importing(aws.sister, external, second);
    aws.moveClock(2);
    await replicate();
    // A rotation in the sister Region that the replica here has not heard of, and that is fetched from here.
    let writes = 0;
    aws.watchWrites((region) => {
      if (region === home) writes += 1;
      if (writes === 2) aws.health.set(home, 'down');
    });
    await aws.sister.call('RotateKeyOnDemand', { KeyId: KeyMetadata.KeyId });
    aws.watchWrites(() => {});
    aws.health.clear();

    aws.asked(sister);
    await aws.home.call('RotateKeyOnDemand', { KeyId });
    const { KeyMaterialId } = pending;
    expect(await aws.home.call('DeleteImportedKeyMaterial', { KeyId: external, KeyMaterialId })).toMatchObject(ok);
    await aws.home.stores.keys.addToOutbox({ KeyId: KeyMetadata.KeyId, token: 'a', due: new Date() });
    await aws.home.pass('DrainOutbox');
    expect(askedOfSister()).toEqual(mayAsk('write'));
  });
});
