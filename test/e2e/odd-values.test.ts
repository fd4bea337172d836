import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { removeFolders } from './folders.ts';
import { type InProcess, startInProcess } from './service-in-process.ts';

/** Valid JSON that means mischief, signed and sent. */
describe('odd values', () => {
  let kms: InProcess;
  let KeyId: string;
  const Plaintext = Buffer.from('attack at dawn').toString('base64');

  beforeAll(async () => {
    kms = await startInProcess();
    const { members } = await kms.calls.call('CreateKey');
    KeyId = members.KeyMetadata.KeyId;
  }, 20_000);
  afterAll(async () => {
    await kms?.close();
    await removeFolders();
  });
  afterEach(() => expect(kms.errors()).toEqual([]));

  const send = (operation: string, body: string) => kms.calls.send({ operation, body });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('ignores a member named %s', async (name) => {
    const answer = await send('DescribeKey', `{"${name}":{"KeyId":"other"},"KeyId":"${KeyId}"}`);
    expect(answer).toMatchObject({ status: 200, members: { KeyMetadata: { KeyId } } });
    const alone = await send('DescribeKey', `{"${name}":{"KeyId":"${KeyId}"}}`);
    expect(alone).toMatchObject({ status: 400, members: { __type: 'ValidationException' } });
  });

  it.each(['__proto__', 'constructor', 'toString', '', ' ', '\u0000', '\u2028', '🗝', 'é', 'e\u0301'])(
    'binds a context whose only name is %j like any other',
    async (name) => {
      const context = (value: string) => `{${JSON.stringify(name)}:"${value}"}`;
      const encrypted = await send(
        'Encrypt',
        `{"KeyId":"${KeyId}","Plaintext":"${Plaintext}","EncryptionContext":${context('a')}}`,
      );
      expect(encrypted.status).toBe(200);
      const { CiphertextBlob } = encrypted.members;
      const open = (given: string) =>
        send('Decrypt', `{"CiphertextBlob":"${CiphertextBlob}","EncryptionContext":${given}}`);
      expect(await open(context('a'))).toMatchObject({ status: 200, members: { Plaintext } });
      for (const wrong of [context('b'), '{}', '{"x":"a"}', `{${JSON.stringify(name)}:"a","x":"a"}`]) {
        expect(await open(wrong)).toMatchObject({ status: 400, members: { __type: 'InvalidCiphertextException' } });
      }
    },
  );

  it('keeps é and e with an accent apart: a context is bytes, not text for the eye', async () => {
    const { members } = await kms.calls.call('Encrypt', { KeyId, Plaintext, EncryptionContext: { é: 'a' } });
    const { CiphertextBlob } = members;
    const other = await kms.calls.call('Decrypt', { CiphertextBlob, EncryptionContext: { 'e\u0301': 'a' } });
    expect(other).toMatchObject({ status: 400, members: { __type: 'InvalidCiphertextException' } });
  });

  it.each([
    ['Description', '{"Description":"\\ud800"}'],
    ['Description', '{"Description":"\\udc00\\ud800"}'],
    ['Tags', '{"Tags":[{"TagKey":"\\ud800","TagValue":""}]}'],
  ])('refuses a lone surrogate in %s: %s', async (_, body) => {
    const refused = await send('CreateKey', body);
    expect(refused).toMatchObject({ status: 400, members: { __type: 'SerializationException' } });
  });

  it.each(['{"\\ud800":"a"}', '{"a":"\\udfff"}'])('refuses the context %s', async (context) => {
    const body = `{"KeyId":"${KeyId}","Plaintext":"${Plaintext}","EncryptionContext":${context}}`;
    expect(await send('Encrypt', body)).toMatchObject({ status: 400, members: { __type: 'SerializationException' } });
  });

  it('takes a context of ten thousand pairs, in any order', async () => {
    const pairs = Array.from({ length: 10_000 }, (_, i) => [`name-${i}`, `value ${i}`] as const);
    const encrypted = await kms.calls.call('Encrypt', {
      KeyId,
      Plaintext,
      EncryptionContext: Object.fromEntries(pairs),
    });
    expect(encrypted.status).toBe(200);
    const { CiphertextBlob } = encrypted.members;
    const backwards = Object.fromEntries(pairs.toReversed());
    const opened = await kms.calls.call('Decrypt', { CiphertextBlob, EncryptionContext: backwards });
    expect(opened).toMatchObject({ status: 200, members: { Plaintext } });
    const changed = { ...backwards, 'name-5000': 'value 5001' };
    const refused = await kms.calls.call('Decrypt', { CiphertextBlob, EncryptionContext: changed });
    expect(refused.members.__type).toBe('InvalidCiphertextException');
  });

  it('takes the last of members that are there twice', async () => {
    const answer = await send('DescribeKey', `{"KeyId":"alias/none","KeyId":"${KeyId}"}`);
    expect(answer).toMatchObject({ status: 200, members: { KeyMetadata: { KeyId } } });
  });

  it.each(['true', '1', '{}', '[]', '["a"]', '{"toString":1}'])('refuses %s for a key', async (value) => {
    const refused = await send('DescribeKey', `{"KeyId":${value}}`);
    expect(refused).toMatchObject({ status: 400, members: { __type: 'SerializationException' } });
  });

  it.each(['1e400', '-1e400', '1.5', '9007199254740993', '4294967297', '-0.1'])(
    'refuses %s where a whole number belongs',
    async (value) => {
      const refused = await send('ListKeys', `{"Limit":${value}}`);
      expect(refused).toMatchObject({ status: 400, members: { __type: 'SerializationException' } });
    },
  );

  it.each([
    '',
    '/',
    'arn:',
    'arn:aws:kms',
    `arn:aws:kms:us-east-1:111122223333:key/`,
    'alias/',
    '\u0000',
    'x'.repeat(2048),
  ])('finds no key for %j', async (name) => {
    const refused = await kms.calls.call('DescribeKey', { KeyId: name });
    expect(refused.status).toBe(400);
    expect(refused.members.__type).toMatch(/^(NotFound|Validation|InvalidArn)Exception$/);
  });
});
