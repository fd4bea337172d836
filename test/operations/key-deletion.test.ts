import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { everyOperation, putInState, validRequest } from '../requests.ts';
import { newService, type Service } from '../service.ts';

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

const day = 86_400;
const seconds = () => kms.now().getTime() / 1000;
const schedule = (parameters: object = {}) => kms.call('ScheduleKeyDeletion', { KeyId, ...parameters });
const metadata = async () => (await kms.call('DescribeKey', { KeyId })).KeyMetadata;

describe('ScheduleKeyDeletion', () => {
  it.each([
    [{}, 30],
    [{ PendingWindowInDays: 7 }, 7],
    [{ PendingWindowInDays: 30 }, 30],
  ])('with %j ends the key after %i days', async (asked, days) => {
    const DeletionDate = seconds() + days * day;
    const answer = await schedule(asked);
    expect(answer).toEqual({
      status: 200,
      requestId: answer.requestId,
      KeyId: Arn,
      KeyState: 'PendingDeletion',
      DeletionDate,
      PendingWindowInDays: days,
    });
    expect(await metadata()).toMatchObject({ KeyState: 'PendingDeletion', Enabled: false, DeletionDate });
    expect(await metadata()).not.toHaveProperty('PendingDeletionWindowInDays');
  });

  it.each([1, 6, 31, 365])('refuses a window of %i days', async (PendingWindowInDays) => {
    const message = 'PendingWindowInDays must be between 7 and 30';
    const refused = { status: 400, __type: 'ValidationException', message };
    expect(await schedule({ PendingWindowInDays })).toMatchObject(refused);
    expect(await metadata()).toMatchObject({ KeyState: 'Enabled' });
  });

  it('neither shortens nor lengthens a window that runs', async () => {
    const { DeletionDate } = await schedule({ PendingWindowInDays: 20 });
    const error = { __type: 'KMSInvalidStateException', message: `${Arn} is pending deletion.` };
    for (const PendingWindowInDays of [7, 30]) expect(await schedule({ PendingWindowInDays })).toMatchObject(error);
    expect(await metadata()).toMatchObject({ DeletionDate });
  });

  it('keeps the aliases of the key during the window', async () => {
    const AliasName = `alias/dying/${KeyId}`;
    await kms.call('CreateAlias', { AliasName, TargetKeyId: KeyId });
    await schedule();
    expect((await kms.call('DescribeKey', { KeyId: AliasName })).KeyMetadata).toMatchObject({ KeyId });
    expect((await kms.call('ListAliases', { KeyId })).Aliases).toMatchObject([{ AliasName }]);
  });
});

describe('CancelKeyDeletion', () => {
  it('leaves the key disabled, without a deletion date, and as good as new once it is enabled', async () => {
    const { CiphertextBlob } = await kms.call('Encrypt', { KeyId, Plaintext: Buffer.from('p') });
    await schedule();
    const answer = await kms.call('CancelKeyDeletion', { KeyId });
    expect(answer).toEqual({ status: 200, requestId: answer.requestId, KeyId: Arn });
    const shown = await metadata();
    expect(shown).toMatchObject({ KeyState: 'Disabled', Enabled: false });
    expect(shown).not.toHaveProperty('DeletionDate');
    kms.moveClock(31 * day);
    expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({ __type: 'DisabledException' });
    await kms.call('EnableKey', { KeyId });
    expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({ status: 200 });
  });

  it('leaves a key without material pending import', async () => {
    ({ KeyId, Arn } = await kms.newKey({ Origin: 'EXTERNAL' }));
    expect(await schedule()).toMatchObject({ status: 200 });
    await kms.call('CancelKeyDeletion', { KeyId });
    expect(await metadata()).toMatchObject({ KeyState: 'PendingImport' });
  });

  it('works until the last moment, and not later', async () => {
    const { DeletionDate } = await schedule({ PendingWindowInDays: 7 });
    kms.moveClock(7 * day - 0.001);
    expect(await kms.call('CancelKeyDeletion', { KeyId })).toMatchObject({ status: 200 });
    await schedule({ PendingWindowInDays: 7 });
    kms.moveClock(7 * day);
    expect(seconds()).toBeGreaterThan(DeletionDate);
    expect(await kms.call('CancelKeyDeletion', { KeyId })).toMatchObject({ __type: 'NotFoundException' });
  });
});

describe('a key past its deletion date', () => {
  const namingOperations = everyOperation.filter(([, { keys }]) => keys.key?.from === 'KeyId');

  it.each(namingOperations)('is gone for %s, although nothing has swept it away yet', async (name, operation) => {
    const { parameters, keys } = await validRequest(kms, operation);
    const key = keys.key ?? { KeyId, Arn };
    await putInState(kms, key.KeyId, 'PendingDeletion'); // for a week
    kms.moveClock(7 * day);
    const message = `Key '${key.Arn}' does not exist`;
    expect(await kms.call(name, { ...parameters, KeyId: key.KeyId })).toMatchObject({
      status: 400,
      __type: 'NotFoundException',
      message,
    });
    expect(await kms.stores.keys.get(key.KeyId)).toBeDefined();
  });

  it('is gone for its aliases, ciphertexts and listings too', async () => {
    const AliasName = `alias/gone/${KeyId}`;
    await kms.call('CreateAlias', { AliasName, TargetKeyId: KeyId });
    const { CiphertextBlob } = await kms.call('Encrypt', { KeyId, Plaintext: Buffer.of(1) });
    await schedule({ PendingWindowInDays: 7 });
    kms.moveClock(7 * day);
    const notFound = { status: 400, __type: 'NotFoundException' };
    expect(await kms.call('DescribeKey', { KeyId: AliasName })).toMatchObject(notFound);
    expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({ __type: 'AccessDeniedException' });
    expect(await kms.call('Decrypt', { CiphertextBlob, KeyId })).toMatchObject(notFound);
    expect((await kms.call('ListKeys', { Limit: 1000 })).Keys).not.toContainEqual({ KeyId, KeyArn: Arn });
  });

  it('takes its aliases with it: their names are free again', async () => {
    const AliasName = `alias/free/${KeyId}`;
    await kms.call('CreateAlias', { AliasName, TargetKeyId: KeyId });
    await schedule({ PendingWindowInDays: 7 });
    kms.moveClock(7 * day);
    expect((await kms.call('ListAliases', { Limit: 100 })).Aliases).not.toContainEqual(
      expect.objectContaining({ AliasName }),
    );
    const { KeyId: TargetKeyId } = await kms.newKey();
    expect(await kms.call('CreateAlias', { AliasName, TargetKeyId })).toMatchObject({ status: 200 });
  });
});
