import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { newService, type Service } from '../service.ts';

let kms: Service;
let KeyId: string;
beforeAll(async () => {
  kms = await newService();
});
afterAll(() => kms.close());
beforeEach(async () => {
  ({ KeyId } = await kms.newKey());
});

const state = async () => {
  const { KeyMetadata } = await kms.call('DescribeKey', { KeyId });
  return [KeyMetadata.KeyState, KeyMetadata.Enabled];
};
const revision = async () => (await kms.stores.keys.get(KeyId))?.revision;

it('disables a key and enables it again', async () => {
  await kms.call('DisableKey', { KeyId });
  expect(await state()).toEqual(['Disabled', false]);
  await kms.call('EnableKey', { KeyId });
  expect(await state()).toEqual(['Enabled', true]);
});

it('does nothing, with success, when the key is so already', async () => {
  expect(await kms.call('EnableKey', { KeyId })).toMatchObject({ status: 200 });
  expect(await revision()).toBe(1);
  await kms.call('DisableKey', { KeyId });
  expect(await kms.call('DisableKey', { KeyId })).toMatchObject({ status: 200 });
  expect(await revision()).toBe(2);
});

it('takes effect at once', async () => {
  const asked = { KeyId, Plaintext: Buffer.of(1) };
  expect(await kms.call('Encrypt', asked)).toMatchObject({ status: 200 });
  await kms.call('DisableKey', { KeyId });
  expect(await kms.call('Encrypt', asked)).toMatchObject({ __type: 'DisabledException' });
  await kms.call('EnableKey', { KeyId });
  expect(await kms.call('Encrypt', asked)).toMatchObject({ status: 200 });
});

it('changes the description and nothing else', async () => {
  const before = (await kms.call('DescribeKey', { KeyId })).KeyMetadata;
  for (const Description of ['new', 'x'.repeat(8192), 'ü\u{1F511}', '']) {
    await kms.call('UpdateKeyDescription', { KeyId, Description });
    expect((await kms.call('DescribeKey', { KeyId })).KeyMetadata).toEqual({ ...before, Description });
  }
});

it('keeps the description of a disabled key changeable, and the key disabled', async () => {
  await kms.call('DisableKey', { KeyId });
  expect(await kms.call('UpdateKeyDescription', { KeyId, Description: 'new' })).toMatchObject({ status: 200 });
  expect(await state()).toEqual(['Disabled', false]);
});
