import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cachedStores } from '../../stores/cached.ts';
import type { Sweepers } from '../../stores/ports.ts';
import { creationFor, putInState } from '../requests.ts';
import { newService, type Service } from '../service.ts';

const day = 86_400;

let kms: Service;
let KeyId: string;
let Arn: string;
beforeAll(async () => {
  kms = await newService();
});
afterAll(() => kms.close());
beforeEach(async () => {
  ({ KeyId, Arn } = await kms.newKey());
});

const refusal = (__type: string, message?: string) => ({ status: 400, __type, ...(message && { message }) });
const seconds = () => kms.now().getTime() / 1000;
const status = async () => {
  const { status: _, requestId: __, ...members } = await kms.call('GetKeyRotationStatus', { KeyId });
  return members;
};
const currentId = async () => (await kms.call('DescribeKey', { KeyId })).KeyMetadata.CurrentKeyMaterialId;
const rotate = () => kms.call('RotateKeyOnDemand', { KeyId });
const rotations = async (members: object = {}) => (await kms.call('ListKeyRotations', { KeyId, ...members })).Rotations;

describe('automatic rotation', () => {
  it('is off until it is enabled', async () => {
    expect(await status()).toEqual({ KeyId: Arn, KeyRotationEnabled: false });
  });

  it('comes every 365 days unless said otherwise, for the first time that long after it was enabled', async () => {
    const { status: code, requestId: _, ...body } = await kms.call('EnableKeyRotation', { KeyId });
    expect({ code, body }).toEqual({ code: 200, body: {} });
    const NextRotationDate = seconds() + 365 * day;
    expect(await status()).toEqual({
      KeyId: Arn,
      KeyRotationEnabled: true,
      RotationPeriodInDays: 365,
      NextRotationDate,
    });
    kms.moveClock(day);
    expect(await status()).toMatchObject({ NextRotationDate });
  });

  it.each([90, 2560])('takes a period of %i days in place of another, and starts again then', async (period) => {
    await kms.call('EnableKeyRotation', { KeyId });
    kms.moveClock(10 * day);
    await kms.call('EnableKeyRotation', { KeyId, RotationPeriodInDays: period });
    const NextRotationDate = seconds() + period * day;
    expect(await status()).toMatchObject({ RotationPeriodInDays: period, NextRotationDate });
  });

  it.each([undefined, 2560])('goes on as it is when enabled again with the same period or none: %s', async (period) => {
    await kms.call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 2560 });
    const enabled = await status();
    kms.moveClock(10 * day);
    const again = await kms.call('EnableKeyRotation', { KeyId, RotationPeriodInDays: period });
    expect(again).toMatchObject({ status: 200 });
    expect(await status()).toEqual(enabled);
  });

  it('is on once it was enabled, though another process ended it after this one took a copy', async () => {
    const stored: Sweepers[] = [];
    const here = await newService({}, (stores) => {
      stored.push(stores);
      return cachedStores(stores, 60);
    });
    const key = await here.newKey();
    const enable = () => here.call('EnableKeyRotation', { KeyId: key.KeyId });
    await enable();
    await here.call('GetKeyRotationStatus', { KeyId: key.KeyId });
    const record = await stored[0]?.keys.get(key.KeyId);
    if (record) await stored[0]?.keys.update(record, { rotation: undefined });
    expect(await enable()).toMatchObject({ status: 200 });
    expect(await stored[0]?.keys.get(key.KeyId)).toMatchObject({ rotation: { periodDays: 365 } });
    await here.close();
  });

  it('is judged by policies as of 365 days when no period is said, also where another one goes on', async () => {
    const period = { NumericEquals: { 'kms:RotationPeriodInDays': '365' } };
    const all = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'kms:*', Resource: '*' };
    const not = { ...all, Effect: 'Deny', Action: 'kms:EnableKeyRotation', Condition: period };
    await kms.call('PutKeyPolicy', { KeyId, Policy: JSON.stringify({ Statement: [all, not] }) });
    expect(await kms.call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 })).toMatchObject({ status: 200 });
    expect(await kms.call('EnableKeyRotation', { KeyId })).toMatchObject(refusal('AccessDeniedException'));
  });

  it('is forgotten with its period when it is disabled, and starts from the new day when enabled again', async () => {
    await kms.call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    expect(await kms.call('DisableKeyRotation', { KeyId })).toMatchObject({ status: 200 });
    expect(await status()).toEqual({ KeyId: Arn, KeyRotationEnabled: false });
    expect(await kms.call('DisableKeyRotation', { KeyId })).toMatchObject({ status: 200 });
    kms.moveClock(5 * day);
    await kms.call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    expect(await status()).toMatchObject({ NextRotationDate: seconds() + 90 * day });
    await kms.call('DisableKeyRotation', { KeyId });
    await kms.call('EnableKeyRotation', { KeyId });
    expect(await status()).toMatchObject({ RotationPeriodInDays: 365, NextRotationDate: seconds() + 365 * day });
  });

  it('stays as it was on a disabled key, and cannot be changed there', async () => {
    await kms.call('EnableKeyRotation', { KeyId });
    const enabled = await status();
    await kms.call('DisableKey', { KeyId });
    const refused = refusal('DisabledException', `${Arn} is disabled.`);
    expect(await kms.call('EnableKeyRotation', { KeyId })).toMatchObject(refused);
    expect(await kms.call('DisableKeyRotation', { KeyId })).toMatchObject(refused);
    expect(await rotate()).toMatchObject(refused);
    expect(await status()).toEqual(enabled);
  });

  it('shows as off while the key is to be deleted, and as before once that is cancelled', async () => {
    await kms.call('EnableKeyRotation', { KeyId });
    const enabled = await status();
    await kms.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    expect(await status()).toEqual({ KeyId: Arn, KeyRotationEnabled: false });
    const refused = refusal('KMSInvalidStateException', `${Arn} is pending deletion.`);
    expect(await kms.call('EnableKeyRotation', { KeyId })).toMatchObject(refused);
    expect(await kms.call('DisableKeyRotation', { KeyId })).toMatchObject(refused);
    await kms.call('CancelKeyDeletion', { KeyId });
    expect(await status()).toEqual(enabled);
  });

  it('leaves a line with the period on record', async () => {
    await kms.call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 100 });
    const parameters = { keyId: KeyId, rotationPeriodInDays: 100 };
    expect(kms.audited).toMatchObject([
      { eventName: 'EnableKeyRotation', requestParameters: parameters, responseElements: { keyId: Arn } },
    ]);
    kms.audited.length = 0;
    await kms.call('EnableKeyRotation', { KeyId });
    expect(kms.audited[0]?.requestParameters).toEqual({ keyId: KeyId });
  });
});

describe('rotation on demand', () => {
  it('gives the key new material for what it encrypts, and keeps the old for what it has encrypted', async () => {
    const blobs: { readonly CiphertextBlob: string; readonly id: string; readonly Plaintext: string }[] = [];
    for (let i = 0; i < 4; i += 1) {
      const Plaintext = Buffer.from(`message ${i}`).toString('base64');
      const { CiphertextBlob } = await kms.call('Encrypt', { KeyId, Plaintext });
      blobs.push({ CiphertextBlob, Plaintext, id: await currentId() });
      expect(await rotate()).toMatchObject({ status: 200, KeyId: Arn });
    }
    expect(new Set(blobs.map(({ id }) => id)).size).toBe(4);
    for (const { CiphertextBlob, Plaintext, id } of blobs) {
      expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({ Plaintext, KeyMaterialId: id });
    }
  });

  it('tells in GenerateDataKey and ReEncrypt which material it took', async () => {
    const { CiphertextBlob } = await kms.call('Encrypt', { KeyId, Plaintext: Buffer.from('x') });
    const SourceKeyMaterialId = await currentId();
    await rotate();
    const KeyMaterialId = await currentId();
    expect(await kms.call('GenerateDataKey', { KeyId, KeySpec: 'AES_256' })).toMatchObject({ KeyMaterialId });
    const moved = await kms.call('ReEncrypt', { CiphertextBlob, DestinationKeyId: KeyId });
    expect(moved).toMatchObject({ SourceKeyMaterialId, DestinationKeyMaterialId: KeyMaterialId });
  });

  it('leaves the schedule of automatic rotation where it was', async () => {
    await kms.call('EnableKeyRotation', { KeyId });
    const before = await status();
    kms.moveClock(day);
    await rotate();
    expect(await status()).toEqual(before);
  });

  it.each([
    ['20 minutes', 20 * 60],
    ['no time', 0],
  ])('waits for an automatic rotation that is due in %s', async (_, left) => {
    await kms.call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    kms.moveClock(90 * day - left - 1);
    if (left > 0) expect(await rotate()).toMatchObject({ status: 200 });
    kms.moveClock(1);
    const before = await currentId();
    expect(await rotate()).toMatchObject(refusal('ConflictException'));
    expect(await currentId()).toBe(before);
  });

  it('comes 25 times in the life of a key', async () => {
    for (let i = 0; i < 25; i += 1) expect(await rotate()).toMatchObject({ status: 200 });
    const message = `The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: ${Arn}`;
    expect(await rotate()).toMatchObject(refusal('LimitExceededException', message));
    expect(await rotations()).toHaveLength(25);
  });

  it('loses none of those that come at the same time', async () => {
    const answers = await Promise.all([rotate(), rotate(), rotate()]);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
    const all = await rotations({ IncludeKeyMaterial: 'ALL_KEY_MATERIAL' });
    expect(all.map((entry: { KeyMaterialState: string }) => entry.KeyMaterialState)).toEqual([
      ...Array(3).fill('NON_CURRENT'),
      'CURRENT',
    ]);
  });

  it.each(['PendingDeletion', 'PendingImport'] as const)('is refused while the key is %s', async (state) => {
    await putInState(kms, KeyId, state);
    const words = { PendingDeletion: 'pending deletion', PendingImport: 'pending import' };
    expect(await rotate()).toMatchObject(refusal('KMSInvalidStateException', `${Arn} is ${words[state]}.`));
  });
});

describe('the list of rotations', () => {
  it('shows finished rotations, the oldest first, and with ALL_KEY_MATERIAL the first material too', async () => {
    const ids = [await currentId()];
    const dates: number[] = [];
    for (let i = 0; i < 2; i += 1) {
      kms.moveClock(day);
      await rotate();
      ids.push(await currentId());
      dates.push(seconds());
    }
    const onDemand = { RotationType: 'ON_DEMAND' };
    const [first, second] = [
      { KeyId: Arn, KeyMaterialId: ids[1], KeyMaterialState: 'NON_CURRENT', RotationDate: dates[0], ...onDemand },
      { KeyId: Arn, KeyMaterialId: ids[2], KeyMaterialState: 'CURRENT', RotationDate: dates[1], ...onDemand },
    ];
    expect(await rotations()).toEqual([first, second]);
    expect(await rotations({ IncludeKeyMaterial: 'ROTATIONS_ONLY' })).toEqual([first, second]);
    const original = { KeyId: Arn, KeyMaterialId: ids[0], KeyMaterialState: 'NON_CURRENT' };
    expect(await rotations({ IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })).toEqual([original, first, second]);
  });

  it('comes in pages', async () => {
    for (let i = 0; i < 5; i += 1) await rotate();
    const whole = await rotations();
    const paged: unknown[] = [];
    let Marker: string | undefined;
    do {
      const page = await kms.call('ListKeyRotations', { KeyId, Limit: 2, Marker });
      expect(page.Truncated).toBe(page.NextMarker !== undefined);
      paged.push(...page.Rotations);
      Marker = page.NextMarker;
    } while (Marker !== undefined);
    expect(paged).toEqual(whole);
    expect(paged).toHaveLength(5);
  });

  it('is empty for a key that was never rotated', async () => {
    expect(await kms.call('ListKeyRotations', { KeyId })).toMatchObject({ Rotations: [], Truncated: false });
  });
});

describe('a key that cannot be rotated', () => {
  const all = ['EnableKeyRotation', 'RotateKeyOnDemand'];

  it.each(
    all.flatMap((name) => [
      [name, 'ECC_NIST_P256', creationFor('SIGN_VERIFY')] as const,
      [name, 'HMAC_256', creationFor('GENERATE_VERIFY_MAC')] as const,
    ]),
  )('is refused by %s without a word: %s', async (name, _, creation) => {
    const key = await kms.newKey(creation);
    const { requestId: __, ...answer } = await kms.call(name as 'RotateKeyOnDemand', { KeyId: key.KeyId }); // one of two
    expect(answer).toEqual({ status: 400, __type: 'UnsupportedOperationException' });
  });

  it.each([creationFor('SIGN_VERIFY'), creationFor('GENERATE_VERIFY_MAC')])(
    'may be told not to rotate, which it does not: %j',
    async (creation) => {
      const key = await kms.newKey(creation);
      expect(await kms.call('DisableKeyRotation', { KeyId: key.KeyId })).toMatchObject({ status: 200 });
    },
  );

  it.each([creationFor('SIGN_VERIFY'), creationFor('GENERATE_VERIFY_MAC')])(
    'has no rotations to list, and no list of its material: %j',
    async (creation) => {
      ({ KeyId } = await kms.newKey(creation));
      const { requestId: _, ...answer } = await kms.call('ListKeyRotations', { KeyId });
      expect(answer).toEqual({ status: 200, Rotations: [], Truncated: false });
      expect(await rotations({ IncludeKeyMaterial: 'ROTATIONS_ONLY' })).toEqual([]);
      const message = 'Input parameter includeKeyMaterial can only be used with symmetric keys.';
      expect(await kms.call('ListKeyRotations', { KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })).toMatchObject(
        refusal('ValidationException', message),
      );
    },
  );

  it.each([creationFor('SIGN_VERIFY'), creationFor('GENERATE_VERIFY_MAC')])(
    'has a status all the same, which is off, for clients ask it of every key: %j',
    async (creation) => {
      ({ KeyId, Arn } = await kms.newKey(creation));
      expect(await status()).toEqual({ KeyId: Arn, KeyRotationEnabled: false });
      await kms.call('DisableKey', { KeyId });
      expect(await status()).toEqual({ KeyId: Arn, KeyRotationEnabled: false });
    },
  );

  it.each(['EnableKeyRotation', 'DisableKeyRotation'] as const)(
    'is refused by %s for its origin while it waits for material',
    async (name) => {
      const key = await kms.newKey({ Origin: 'EXTERNAL' });
      const message = `${key.Arn} origin is EXTERNAL which is not valid for this operation.`;
      expect(await kms.call(name, { KeyId: key.KeyId })).toMatchObject(
        refusal('UnsupportedOperationException', message),
      );
    },
  );

  it('has a status also while it waits for material, which is off', async () => {
    ({ KeyId, Arn } = await kms.newKey({ Origin: 'EXTERNAL' }));
    expect(await status()).toEqual({ KeyId: Arn, KeyRotationEnabled: false });
  });

  it('is refused by RotateKeyOnDemand for its state while it waits for material', async () => {
    const key = await kms.newKey({ Origin: 'EXTERNAL' });
    expect(await kms.call('RotateKeyOnDemand', { KeyId: key.KeyId })).toMatchObject(
      refusal('KMSInvalidStateException', `${key.Arn} is pending import.`),
    );
    expect(await kms.call('ListKeyRotations', { KeyId: key.KeyId })).toMatchObject({ status: 200, Rotations: [] });
  });
});
