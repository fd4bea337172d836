import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { creationFor, type Parameters } from '../requests.ts';
import { newService, type Service } from '../service.ts';

let kms: Service;
let source: { KeyId: string; Arn: string };
let destination: { KeyId: string; Arn: string };
let rsa: { KeyId: string; Arn: string };
const Plaintext = Buffer.from('attack at dawn');
beforeAll(async () => {
  kms = await newService();
  [source, destination] = [await kms.newKey(), await kms.newKey()];
  rsa = await kms.newKey({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' });
});
afterAll(() => kms.close());

const encrypt = async (KeyId: string, parameters: object = {}) =>
  String((await kms.call('Encrypt', { KeyId, Plaintext, ...parameters })).CiphertextBlob);
const reEncrypt = (parameters: object) => kms.call('ReEncrypt', { DestinationKeyId: destination.KeyId, ...parameters });
const opened = async (parameters: Parameters) => {
  const { Plaintext: found } = await kms.call('Decrypt', parameters);
  return found && Buffer.from(found, 'base64').toString();
};

it('moves a ciphertext to another key, and tells all about it but the plaintext', async () => {
  const { CiphertextBlob, ...rest } = await reEncrypt({ CiphertextBlob: await encrypt(source.KeyId) });
  expect(rest).toEqual({
    status: 200,
    requestId: rest.requestId,
    SourceKeyId: source.Arn,
    KeyId: destination.Arn,
    SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    SourceKeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/),
    DestinationKeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(rest.SourceKeyMaterialId).not.toBe(rest.DestinationKeyMaterialId);
  expect(await opened({ CiphertextBlob, KeyId: destination.KeyId })).toBe('attack at dawn');
});

it('changes the context, also under the same key', async () => {
  const [old, next] = [{ a: '1' }, { b: '2' }];
  const CiphertextBlob = await encrypt(source.KeyId, { EncryptionContext: old });
  const moved = await reEncrypt({
    CiphertextBlob,
    SourceEncryptionContext: old,
    DestinationEncryptionContext: next,
    DestinationKeyId: source.KeyId,
  });
  expect(moved).toMatchObject({ status: 200, SourceKeyId: source.Arn, KeyId: source.Arn });
  expect(moved.CiphertextBlob).not.toBe(CiphertextBlob);
  expect(await opened({ CiphertextBlob: moved.CiphertextBlob, EncryptionContext: next })).toBe('attack at dawn');
  expect(await opened({ CiphertextBlob: moved.CiphertextBlob, EncryptionContext: old })).toBeUndefined();
});

it.each([
  ['missing', undefined],
  ['another', { a: '2' }],
  ['the one of the destination', { b: '2' }],
])('refuses a source context that is %s', async (_, SourceEncryptionContext) => {
  const CiphertextBlob = await encrypt(source.KeyId, { EncryptionContext: { a: '1' } });
  const refused = await reEncrypt({
    CiphertextBlob,
    SourceEncryptionContext,
    DestinationEncryptionContext: { b: '2' },
  });
  expect(refused).toEqual({ status: 400, __type: 'InvalidCiphertextException', requestId: refused.requestId });
});

describe('between symmetric and RSA keys', () => {
  const algorithm = 'RSAES_OAEP_SHA_256';

  it('moves there and back', async () => {
    const CiphertextBlob = await encrypt(source.KeyId, { EncryptionContext: { a: '1' } });
    const toRsa = { DestinationKeyId: rsa.KeyId, DestinationEncryptionAlgorithm: algorithm };
    const there = await reEncrypt({ CiphertextBlob, SourceEncryptionContext: { a: '1' }, ...toRsa });
    expect(there).toMatchObject({ status: 200, KeyId: rsa.Arn, DestinationEncryptionAlgorithm: algorithm });
    expect(there).not.toHaveProperty('DestinationKeyMaterialId');
    const fromRsa = { SourceKeyId: rsa.KeyId, SourceEncryptionAlgorithm: algorithm };
    const back = await reEncrypt({ CiphertextBlob: there.CiphertextBlob, ...fromRsa });
    expect(back).toMatchObject({ status: 200, SourceKeyId: rsa.Arn, KeyId: destination.Arn });
    expect(back).not.toHaveProperty('SourceKeyMaterialId');
    expect(await opened({ CiphertextBlob: back.CiphertextBlob })).toBe('attack at dawn');
  });

  it('refuses what RSA cannot take: a long plaintext, a context', async () => {
    const toRsa = { DestinationKeyId: rsa.KeyId, DestinationEncryptionAlgorithm: algorithm };
    const CiphertextBlob = await encrypt(source.KeyId, { Plaintext: randomBytes(191) });
    const message = `Algorithm ${algorithm} and key spec RSA_2048 cannot encrypt data larger than 190 bytes.`;
    const tooLong = { status: 400, __type: 'ValidationException', message };
    expect(await reEncrypt({ CiphertextBlob, ...toRsa })).toMatchObject(tooLong);
    const short = { CiphertextBlob: await encrypt(source.KeyId), DestinationEncryptionContext: { a: '1' } };
    expect(await reEncrypt({ ...short, ...toRsa })).toMatchObject({ status: 400, __type: 'ValidationException' });
  });

  it('refuses algorithms that do not fit, of the source first', async () => {
    const CiphertextBlob = await encrypt(source.KeyId);
    const message = (spec: string, wrong: string) => `Algorithm ${wrong} is incompatible with key spec ${spec}.`;
    const wrongSource = {
      CiphertextBlob,
      SourceEncryptionAlgorithm: algorithm,
      DestinationEncryptionAlgorithm: algorithm,
    };
    expect(await reEncrypt(wrongSource)).toMatchObject({
      __type: 'InvalidKeyUsageException',
      message: message('SYMMETRIC_DEFAULT', algorithm),
    });
    expect(await reEncrypt({ CiphertextBlob, DestinationKeyId: rsa.KeyId })).toMatchObject({
      __type: 'InvalidKeyUsageException',
      message: message('RSA_2048', 'SYMMETRIC_DEFAULT'),
    });
  });
});

it.each([
  ['of the same kind', {}],
  ['of another usage', creationFor('SIGN_VERIFY')],
  ['of another usage', creationFor('GENERATE_VERIFY_MAC')],
])('refuses a source key %s that did not make the ciphertext, whatever it is for (%j)', async (_, creation) => {
  const { KeyId: SourceKeyId } = await kms.newKey(creation);
  const message = 'The key ID in the request does not identify a CMK that can perform this operation.';
  expect(await reEncrypt({ CiphertextBlob: await encrypt(source.KeyId), SourceKeyId })).toMatchObject({
    status: 400,
    __type: 'IncorrectKeyException',
    message,
  });
});

it('refuses a ciphertext that is none', async () => {
  for (const SourceKeyId of [undefined, source.KeyId]) {
    const refused = await reEncrypt({ CiphertextBlob: Buffer.from('no blob'), SourceKeyId });
    expect(refused).toEqual({ status: 400, __type: 'InvalidCiphertextException', requestId: refused.requestId });
  }
});

it('keeps a data key what it was', async () => {
  const made = await kms.call('GenerateDataKey', { KeyId: source.KeyId, KeySpec: 'AES_256' });
  const { CiphertextBlob } = await reEncrypt({ CiphertextBlob: made.CiphertextBlob });
  expect((await kms.call('Decrypt', { CiphertextBlob })).Plaintext).toBe(made.Plaintext);
});
