import { afterEach, describe, expect, it } from 'vitest';
import { type KeySweeper, StaleRecordError, type Writers } from '../../stores/ports.ts';
import { newService, type Service } from '../service.ts';

let kms: Service;
afterEach(() => kms.close());

/** A service whose stores a test can come in between: `before` runs ahead of each update of a key record. */
const withRivals = async (before: (stores: Writers) => Promise<void>) => {
  const rivals = { active: false, updates: 0 };
  const base = await newService();
  const racing = (keys: KeySweeper): KeySweeper => ({
    ...keys,
    async update(record, change, material) {
      rivals.updates += 1;
      if (rivals.active) await before(base.stores);
      return base.stores.keys.update(record, change, material);
    },
  });
  kms = await newService({
    storesFor: (uses) => {
      const stores = base.runtime.storesFor(uses);
      return stores.keys?.update ? { ...stores, keys: racing(stores.keys) } : stores;
    },
  });
  const closeBoth = kms.close;
  kms.close = async () => {
    await closeBoth();
    await base.close();
  };
  return { ...rivals, rivals, stores: base.stores };
};

describe('a call that lost a race for a record', () => {
  it('is run again on what is stored now, so that no change is lost', async () => {
    let KeyId = '';
    const { rivals, stores } = await withRivals(async ({ keys }) => {
      rivals.active = false;
      const record = await keys.get(KeyId);
      if (record) await keys.update(record, { Description: 'by the rival' });
    });
    KeyId = (await kms.newKey()).KeyId;
    rivals.active = true;
    expect(await kms.call('DisableKey', { KeyId })).toMatchObject({ status: 200 });
    expect(rivals.updates).toBe(2);
    expect(await stores.keys.get(KeyId)).toMatchObject({
      KeyState: 'Disabled',
      Description: 'by the rival',
      revision: 3,
    });
    expect(kms.audited).toMatchObject([{ eventName: 'DisableKey' }]);
    expect(kms.audited[0]?.errorCode).toBeUndefined();
  });

  it('is judged again: what the rival did may refuse it', async () => {
    let KeyId = '';
    const { rivals } = await withRivals(async ({ keys }) => {
      rivals.active = false;
      const record = await keys.get(KeyId);
      const DeletionDate = new Date(kms.now().getTime() + 1);
      if (record) await keys.update(record, { KeyState: 'PendingDeletion', DeletionDate });
    });
    const key = await kms.newKey();
    KeyId = key.KeyId;
    rivals.active = true;
    const message = `${key.Arn} is pending deletion.`;
    const refused = { status: 400, __type: 'KMSInvalidStateException', message };
    expect(await kms.call('UpdateKeyDescription', { KeyId, Description: 'mine' })).toMatchObject(refused);
    expect(kms.audited).toMatchObject([{ errorCode: 'KMSInvalidStateException' }]);
  });

  it('fails as ours after losing ten times, and is on record once', async () => {
    const { rivals } = await withRivals(async () => {
      throw new StaleRecordError('another write came first');
    });
    const { KeyId } = await kms.newKey();
    rivals.active = true;
    rivals.updates = 0;
    expect(await kms.call('DisableKey', { KeyId })).toMatchObject({ status: 500, __type: 'KMSInternalException' });
    expect(rivals.updates).toBe(10);
    expect(kms.audited).toMatchObject([{ errorCode: 'KMSInternalException' }]);
  });
});

describe('many calls at once', () => {
  it('change one record one after the other', async () => {
    kms = await newService();
    const { KeyId } = await kms.newKey();
    const descriptions = ['a', 'b', 'c', 'd', 'e'];
    const answers = await Promise.all(
      descriptions.map((Description) => kms.call('UpdateKeyDescription', { KeyId, Description })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(await kms.stores.keys.get(KeyId)).toMatchObject({ revision: 6 });
  });

  it('make an alias once', async () => {
    kms = await newService();
    const { KeyId: TargetKeyId } = await kms.newKey();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => kms.call('CreateAlias', { AliasName: 'alias/one', TargetKeyId })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ __type }) => __type === 'AlreadyExistsException')).toHaveLength(4);
  });

  it('schedule a deletion once', async () => {
    kms = await newService();
    const { KeyId } = await kms.newKey();
    const answers = await Promise.all(
      [7, 8, 9].map((PendingWindowInDays) => kms.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ __type }) => __type === 'KMSInvalidStateException')).toHaveLength(2);
  });

  it('delete an alias once', async () => {
    kms = await newService();
    const { KeyId: TargetKeyId } = await kms.newKey();
    await kms.call('CreateAlias', { AliasName: 'alias/one', TargetKeyId });
    const answers = await Promise.all([1, 2, 3].map(() => kms.call('DeleteAlias', { AliasName: 'alias/one' })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ __type }) => __type === 'NotFoundException')).toHaveLength(2);
  });
});
