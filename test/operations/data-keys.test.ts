import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newService, type Service } from '../service.ts';

let kms: Service;
let KeyId: string;
let Arn: string;
beforeAll(async () => {
  kms = await newService();
  ({ KeyId, Arn } = await kms.newKey());
});
afterAll(() => kms.close());

const lengthOf = (base64: string) => Buffer.from(base64, 'base64').length;

describe.each(['GenerateDataKey', 'GenerateDataKeyWithoutPlaintext'] as const)('%s', (name) => {
  it.each([
    [{ KeySpec: 'AES_256' }, 32],
    [{ KeySpec: 'AES_128' }, 16],
    [{ NumberOfBytes: 1 }, 1],
    [{ NumberOfBytes: 33 }, 33],
    [{ NumberOfBytes: 1024 }, 1024],
  ])('makes for %j a key of %i bytes that Decrypt opens', async (asked, length) => {
    const { Plaintext, CiphertextBlob, ...rest } = await kms.call(name, { KeyId, ...asked });
    const KeyMaterialId = expect.stringMatching(/^[0-9a-f]{64}$/);
    expect(rest).toEqual({ status: 200, requestId: rest.requestId, KeyId: Arn, KeyMaterialId });
    const opened = await kms.call('Decrypt', { CiphertextBlob });
    expect(opened).toMatchObject({ status: 200, KeyMaterialId: rest.KeyMaterialId });
    expect(lengthOf(opened.Plaintext)).toBe(length);
    if (name === 'GenerateDataKey') expect(Plaintext).toBe(opened.Plaintext);
    else expect(Plaintext).toBeUndefined();
  });

  it('makes another key each time', async () => {
    const opened = new Set<string>();
    for (let i = 0; i < 10; i += 1) {
      const { CiphertextBlob } = await kms.call(name, { KeyId, KeySpec: 'AES_128' });
      opened.add((await kms.call('Decrypt', { CiphertextBlob })).Plaintext);
    }
    expect(opened.size).toBe(10);
  });

  it('binds the encryption context', async () => {
    const EncryptionContext = { tenant: '42' };
    const { CiphertextBlob } = await kms.call(name, { KeyId, KeySpec: 'AES_256', EncryptionContext });
    expect(await kms.call('Decrypt', { CiphertextBlob, EncryptionContext })).toMatchObject({ status: 200 });
    expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({ __type: 'InvalidCiphertextException' });
  });

  it.each([{}, { KeySpec: 'AES_256', NumberOfBytes: 32 }])(
    'refuses %j: exactly one of the two must be sent',
    async (asked) => {
      const message = 'Please specify either number of bytes or key spec.';
      expect(await kms.call(name, { KeyId, ...asked })).toMatchObject({
        status: 400,
        __type: 'ValidationException',
        message,
      });
    },
  );
});

describe('GenerateRandom', () => {
  it.each([1, 32, 1024])('makes %i bytes, others each time, and nothing else', async (NumberOfBytes) => {
    const { Plaintext, ...rest } = await kms.call('GenerateRandom', { NumberOfBytes });
    expect(rest).toEqual({ status: 200, requestId: rest.requestId });
    expect(lengthOf(Plaintext)).toBe(NumberOfBytes);
    const again = await kms.call('GenerateRandom', { NumberOfBytes });
    if (NumberOfBytes > 1) expect(again.Plaintext).not.toBe(Plaintext);
  });

  it('wants to be told how many', async () => {
    const message = 'NumberOfBytes is required.';
    expect(await kms.call('GenerateRandom')).toMatchObject({ status: 400, __type: 'ValidationException', message });
  });
});
