import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { creationFor, putInState } from '../requests.ts';
import { accountId, newService, otherAccountId, type Service, userOf } from '../service.ts';

let kms: Service;
let TargetKeyId: string;
beforeAll(async () => {
  kms = await newService();
});
afterAll(() => kms.close());
beforeEach(async () => {
  kms.as(userOf(accountId, 'admin'));
  TargetKeyId = (await kms.newKey()).KeyId;
});

const refusal = (__type: string, message: string) => ({ status: 400, __type, message });
const arnOf = (AliasName: string, account = accountId) => `arn:aws:kms:us-east-1:${account}:${AliasName}`;
const create = (AliasName: string, target = TargetKeyId) => kms.call('CreateAlias', { AliasName, TargetKeyId: target });
const keyBehind = async (KeyId: string) => (await kms.call('DescribeKey', { KeyId })).KeyMetadata?.KeyId;

describe('the name of an alias', () => {
  it.each(['alias/a', 'alias/A/b_c-9', 'alias/awsome', 'alias//', `alias/${'a'.repeat(250)}`])(
    'may be %s',
    async (AliasName) => {
      expect(await create(AliasName)).toMatchObject({ status: 200 });
      expect(await keyBehind(AliasName)).toBe(TargetKeyId);
      expect(await keyBehind(arnOf(AliasName))).toBe(TargetKeyId);
    },
  );

  const noPrefix =
    'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html';
  it.each([
    ['without the prefix', 'name', 'ValidationException', noPrefix],
    ['an ARN', arnOf('alias/a'), 'ValidationException', noPrefix],
    ['with another case of the prefix', 'Alias/a', 'ValidationException', noPrefix],
    ['with a colon', 'alias/a:b', 'ValidationException', 'alias/a:b contains invalid characters for an alias'],
    ['with nothing after the prefix', 'alias/', 'InvalidAliasNameException', expect.any(String)],
    ['of AWS', 'alias/aws/s3', 'NotAuthorizedException', undefined],
  ])('may not be one %s', async (_, AliasName, __type, message) => {
    for (const name of ['CreateAlias', 'UpdateAlias', 'DeleteAlias'] as const) {
      const answer = await kms.call(name, { AliasName, TargetKeyId });
      expect(answer).toMatchObject({ status: 400, __type });
      expect(answer.message).toEqual(message);
    }
  });

  it('counts with its case', async () => {
    expect(await create('alias/case')).toMatchObject({ status: 200 });
    expect(await create('alias/Case')).toMatchObject({ status: 200 });
    expect(await kms.call('DescribeKey', { KeyId: 'alias/CASE' })).toMatchObject({ __type: 'NotFoundException' });
  });
});

describe('CreateAlias', () => {
  it('refuses a name that is taken, by any key of the account', async () => {
    await create('alias/taken');
    const message = `An alias with the name ${arnOf('alias/taken')} already exists`;
    expect(await create('alias/taken')).toMatchObject(refusal('AlreadyExistsException', message));
    const other = await kms.newKey(creationFor('GENERATE_VERIFY_MAC'));
    expect(await create('alias/taken', other.KeyId)).toMatchObject(refusal('AlreadyExistsException', message));
    expect(await keyBehind('alias/taken')).toBe(TargetKeyId);
  });

  it('leaves each account its own names', async () => {
    await create('alias/shared-name');
    kms.as(userOf(otherAccountId, 'partner'));
    const { KeyId } = await kms.newKey();
    expect(await create('alias/shared-name', KeyId)).toMatchObject({ status: 200 });
    expect(await keyBehind('alias/shared-name')).toBe(KeyId);
    kms.as(userOf(accountId, 'admin'));
    expect(await keyBehind('alias/shared-name')).toBe(TargetKeyId);
  });

  it('gives a key fifty names and no more', async () => {
    for (let i = 0; i < 50; i += 1) expect(await create(`alias/fifty/${i}`)).toMatchObject({ status: 200 });
    expect(await create('alias/fifty/50')).toMatchObject({ status: 400, __type: 'LimitExceededException' });
    await kms.call('DeleteAlias', { AliasName: 'alias/fifty/7' });
    expect(await create('alias/fifty/50')).toMatchObject({ status: 200 });
  });
});

describe('DeleteAlias', () => {
  it('takes the name from the key, and nothing else', async () => {
    await create('alias/short-lived');
    await create('alias/staying');
    expect(await kms.call('DeleteAlias', { AliasName: 'alias/short-lived' })).toMatchObject({ status: 200 });
    const message = `Alias ${arnOf('alias/short-lived')} is not found.`;
    const gone = refusal('NotFoundException', message);
    expect(await kms.call('DescribeKey', { KeyId: 'alias/short-lived' })).toMatchObject(gone);
    expect(await kms.call('DeleteAlias', { AliasName: 'alias/short-lived' })).toMatchObject(gone);
    expect(await keyBehind('alias/staying')).toBe(TargetKeyId);
    expect(await create('alias/short-lived')).toMatchObject({ status: 200 });
  });

  it('does not reach the names of another account', async () => {
    await create('alias/mine');
    kms.as(userOf(otherAccountId, 'partner'));
    const message = `Alias ${arnOf('alias/mine', otherAccountId)} is not found.`;
    expect(await kms.call('DeleteAlias', { AliasName: 'alias/mine' })).toMatchObject(
      refusal('NotFoundException', message),
    );
  });
});

describe('UpdateAlias', () => {
  it('moves a name to another key, from then on', async () => {
    const { KeyId: next } = await kms.newKey();
    await create('alias/moving');
    const { CreationDate } = (await kms.call('ListAliases', { KeyId: TargetKeyId })).Aliases[0];
    kms.moveClock(60);
    expect(await kms.call('UpdateAlias', { AliasName: 'alias/moving', TargetKeyId: next })).toMatchObject({
      status: 200,
    });
    expect(await keyBehind('alias/moving')).toBe(next);
    expect((await kms.call('ListAliases', { KeyId: TargetKeyId })).Aliases).toEqual([]);
    expect((await kms.call('ListAliases', { KeyId: next })).Aliases).toMatchObject([
      { AliasName: 'alias/moving', TargetKeyId: next, CreationDate, LastUpdatedDate: CreationDate + 60 },
    ]);
  });

  it('does not find a name that nobody made', async () => {
    const message = `Alias ${arnOf('alias/nobody')} is not found.`;
    expect(await kms.call('UpdateAlias', { AliasName: 'alias/nobody', TargetKeyId })).toMatchObject(
      refusal('NotFoundException', message),
    );
  });

  it.each([
    ['a symmetric key', {}, { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' }],
    ['a symmetric key', {}, creationFor('GENERATE_VERIFY_MAC')],
    ['an HMAC key', creationFor('GENERATE_VERIFY_MAC'), creationFor('SIGN_VERIFY')],
    [
      'an asymmetric key for signing',
      { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' },
      { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' },
    ],
  ])('does not move a name from %s (%j) to a key of another type or usage, %j', async (_, from, to) => {
    const [previous, next] = [await kms.newKey(from), await kms.newKey(to)];
    const AliasName = `alias/typed/${previous.KeyId}`;
    await create(AliasName, previous.KeyId);
    const refused = { status: 400, __type: 'ValidationException' };
    expect(await kms.call('UpdateAlias', { AliasName, TargetKeyId: next.KeyId })).toMatchObject(refused);
    expect(await keyBehind(AliasName)).toBe(previous.KeyId);
  });

  it.each([
    [creationFor('SIGN_VERIFY'), creationFor('SIGN_VERIFY', 'ECC_NIST_P384')],
    [creationFor('GENERATE_VERIFY_MAC'), creationFor('GENERATE_VERIFY_MAC', 'HMAC_512')],
  ])('moves a name to another spec of the same type and usage, from %j to %j', async (from, to) => {
    const [previous, next] = [await kms.newKey(from), await kms.newKey(to)];
    const AliasName = `alias/specs/${previous.KeyId}`;
    await create(AliasName, previous.KeyId);
    expect(await kms.call('UpdateAlias', { AliasName, TargetKeyId: next.KeyId })).toMatchObject({ status: 200 });
    expect(await keyBehind(AliasName)).toBe(next.KeyId);
  });

  it('leaves a key that is pending deletion, but does not go to one', async () => {
    const { KeyId: other, Arn } = await kms.newKey();
    await create('alias/leaving');
    await putInState(kms, TargetKeyId, 'PendingDeletion');
    const move = (to: string) => kms.call('UpdateAlias', { AliasName: 'alias/leaving', TargetKeyId: to });
    expect(await move(other)).toMatchObject({ status: 200 });
    await putInState(kms, TargetKeyId, 'Enabled');
    await putInState(kms, other, 'PendingDeletion');
    expect(await move(TargetKeyId)).toMatchObject({ status: 200 });
    const message = `${Arn} is pending deletion.`;
    expect(await move(other)).toMatchObject(refusal('KMSInvalidStateException', message));
  });
});

it('lets an alias of another account lead nowhere, but tells nothing', async () => {
  await create('alias/private');
  kms.as(userOf(otherAccountId, 'partner'));
  const asked = (KeyId: string) => kms.call('DescribeKey', { KeyId });
  const known = await asked(arnOf('alias/private'));
  expect(known).toMatchObject({ status: 400, __type: 'AccessDeniedException' });
  expect(await asked(arnOf('alias/made-up'))).toEqual(known);
  expect(await asked('alias/private')).toMatchObject({ __type: 'NotFoundException' });
});
