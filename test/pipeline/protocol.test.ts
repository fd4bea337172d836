import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KmsError } from '../../core/model/errors.ts';
import { replyToError } from '../../lambdas/pipeline/reply.ts';
import { newService, type Service } from '../service.ts';

let kms: Service;
beforeAll(async () => {
  kms = await newService();
});
afterAll(() => kms.close());

it.each([
  'application/x-amz-json-1.1',
  'application/json',
  'Application/X-AMZ-JSON-1.1',
  'application/x-amz-json-1.1; charset=utf-8',
  'application/json;charset=UTF-8',
])('takes the content type %s', async (contentType) => {
  expect(await kms.send('ListKeys', '{}', contentType)).toMatchObject({ status: 200 });
});

it.each(['', 'text/plain', 'application/x-amz-json-1.0', 'application/x-www-form-urlencoded', 'application/jsonx'])(
  'refuses the content type "%s"',
  async (contentType) => {
    const refused = { status: 400, __type: 'UnknownOperationException' };
    expect(await kms.send('ListKeys', '{}', contentType)).toMatchObject(refused);
  },
);

it.each([
  ['nothing', ''],
  ['half an object', '{"Limit":'],
  ['a list', '[]'],
  ['null', 'null'],
  ['a text', '"{}"'],
  ['a number', '1'],
  ['two values', '{}{}'],
  ['a comment', '{} // x'],
  ['bytes that are not UTF-8', Buffer.from('{"Marker":"\xff"}', 'latin1')],
  ['UTF-16', Buffer.from('{}', 'utf16le')],
])('refuses a body of %s', async (_, body) => {
  expect(await kms.send('ListKeys', body)).toMatchObject({ status: 400, __type: 'SerializationException' });
});

it('records nothing of a request it cannot read, as nobody has signed it yet', async () => {
  kms.audited.length = 0;
  await kms.send('ListKeys', '{');
  await kms.send('ListKeys', '{}', 'text/plain');
  expect(kms.audited).toEqual([]);
});

it('reads UTF-8, with and without a byte order mark', async () => {
  const body = Buffer.from('{"Limit":1}');
  expect(await kms.send('ListKeys', Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), body]))).toMatchObject({ status: 200 });
});

it('lets the last of two members with one name count', async () => {
  expect(await kms.send('ListKeys', '{"Limit":0,"Limit":1}')).toMatchObject({ status: 200 });
});

describe('every answer', () => {
  it('carries the id of the request, in success and in error', async () => {
    const id = '00000000-0000-4000-8000-00000000000a';
    expect(await kms.call('ListKeys')).toMatchObject({ status: 200, requestId: id });
    expect(await kms.call('ListKeys', { Limit: 0 })).toMatchObject({ status: 400, requestId: id });
  });

  it('writes instants in seconds and leaves out what is not there', async () => {
    const { KeyMetadata } = await kms.call('CreateKey');
    expect(KeyMetadata.CreationDate).toBe(kms.now().getTime() / 1000);
    expect(KeyMetadata).not.toHaveProperty('DeletionDate');
    expect(KeyMetadata).not.toHaveProperty('MultiRegionConfiguration');
  });

  it.each(['DisableKey', 'EnableKey', 'UpdateKeyDescription'] as const)('has no body for %s', async (name) => {
    const { KeyId } = await kms.newKey();
    const answer = await kms.call(name, { KeyId, Description: '' });
    expect(Object.keys(answer).sort()).toEqual(['requestId', 'status']);
    expect(answer.status).toBe(200);
  });

  it('carries no message where AWS sends none', async () => {
    const { __type, ...rest } = await kms.call('Decrypt', { CiphertextBlob: Buffer.from('no blob') });
    expect(__type).toBe('InvalidCiphertextException');
    expect(rest).not.toHaveProperty('message');
  });

  it("has the text of what AWS's framework refuses under Message, of what KMS refuses under message", () => {
    const told = (error: KmsError) => JSON.parse(replyToError('', error).body);
    for (const name of ['AccessDeniedException', 'SerializationException'] as const) {
      expect(told(new KmsError(name, 'why'))).toEqual({ __type: name, Message: 'why' });
    }
    for (const name of ['ValidationException', 'NotFoundException', 'InvalidSignatureException'] as const) {
      expect(told(new KmsError(name, 'why'))).toEqual({ __type: name, message: 'why' });
    }
  });
});
