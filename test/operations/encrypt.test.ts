import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newService, otherAccountId, type Service, userOf } from '../service.ts';

const Plaintext = Buffer.from('attack at dawn');

describe('Encrypt', () => {
  let kms: Service;
  let KeyId: string;
  let Arn: string;
  beforeAll(async () => {
    kms = await newService();
    ({ KeyId, Arn } = await kms.newKey());
  });
  afterAll(() => kms.close());
  beforeEach(() => {
    kms.as(userOf('111122223333', 'admin'));
    kms.audited.length = 0;
  });

  it('gives a blob that Decrypt opens without being told the key', async () => {
    const encrypted = await kms.call('Encrypt', { KeyId, Plaintext });
    expect(encrypted).toMatchObject({ status: 200, KeyId: Arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' });
    const { CiphertextBlob } = encrypted;
    const decrypted = await kms.call('Decrypt', { CiphertextBlob });
    expect(decrypted).toMatchObject({
      status: 200,
      KeyId: Arn,
      KeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(Buffer.from(decrypted.Plaintext, 'base64')).toEqual(Plaintext);
  });

  it.each([
    [{}, { a: 'b' }],
    [{ a: 'b' }, {}],
    [{ a: 'b' }, { A: 'b' }],
    [{ ab: 'c' }, { a: 'bc' }],
  ])('binds the encryption context %j, so that %j does not open it', async (given, other) => {
    const { CiphertextBlob } = await kms.call('Encrypt', { KeyId, Plaintext, EncryptionContext: given });
    expect((await kms.call('Decrypt', { CiphertextBlob, EncryptionContext: given })).status).toBe(200);
    const refused = await kms.call('Decrypt', { CiphertextBlob, EncryptionContext: other });
    expect(refused).toEqual({ status: 400, __type: 'InvalidCiphertextException', requestId: refused.requestId });
  });

  it('hides whether a key of another account exists', async () => {
    kms.as(userOf(otherAccountId, 'partner'));
    const message = `User: arn:aws:iam::${otherAccountId}:user/partner is not authorized to perform: kms:Encrypt on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`;
    const refusal = { status: 400, __type: 'AccessDeniedException', message };
    expect(await kms.call('Encrypt', { KeyId: Arn, Plaintext })).toMatchObject(refusal);
    const missing = Arn.replace(KeyId, '12345678-1234-1234-1234-123456789012');
    expect(await kms.call('Encrypt', { KeyId: missing, Plaintext })).toMatchObject(refusal);
  });

  it('is on record once, with the context and without the bytes', async () => {
    await kms.call('Encrypt', { KeyId, Plaintext, EncryptionContext: { tenant: '42' } });
    expect(kms.audited).toMatchObject([
      {
        eventName: 'Encrypt',
        readOnly: true,
        requestParameters: { keyId: KeyId, encryptionContext: { tenant: '42' } },
        responseElements: null,
        resources: [{ ARN: Arn }],
      },
    ]);
    expect(JSON.stringify(kms.audited)).not.toContain(Plaintext.toString('base64'));
  });

  it('answers a dry run with DryRunOperationException, and the real error where there is one', async () => {
    const dry = { KeyId, Plaintext, DryRun: true };
    expect(await kms.call('Encrypt', dry)).toMatchObject({ status: 400, __type: 'DryRunOperationException' });
    expect(await kms.call('Encrypt', { ...dry, EncryptionAlgorithm: 'RSAES_OAEP_SHA_1' })).toMatchObject({
      __type: 'InvalidKeyUsageException',
      message: 'Algorithm RSAES_OAEP_SHA_1 is incompatible with key spec SYMMETRIC_DEFAULT.',
    });
  });
});
