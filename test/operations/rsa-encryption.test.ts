import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newService, type Service } from '../service.ts';

let kms: Service;
const keys = new Map<string, { KeyId: string; Arn: string }>();
const specs = ['RSA_2048', 'RSA_3072', 'RSA_4096'];
beforeAll(async () => {
  kms = await newService();
  const made = specs.map(async (KeySpec) => ({
    KeySpec,
    key: await kms.newKey({ KeySpec, KeyUsage: 'ENCRYPT_DECRYPT' }),
  }));
  for (const { KeySpec, key } of await Promise.all(made)) keys.set(KeySpec, key);
}, 60_000);
afterAll(() => kms.close());

const keyOf = (KeySpec: string) => {
  const key = keys.get(KeySpec);
  if (key === undefined) throw new Error(`no key ${KeySpec}`);
  return key;
};
const publicKeyOf = async (KeyId: string) => {
  const { PublicKey } = await kms.call('GetPublicKey', { KeyId });
  return createPublicKey({ key: Buffer.from(PublicKey, 'base64'), format: 'der', type: 'spki' });
};

/** Bytes of the modulus, and the longest plaintext by RFC 8017 §7.1.1: k - 2·hLen - 2. */
describe.each([
  ['RSA_2048', 'RSAES_OAEP_SHA_1', 256, 214],
  ['RSA_3072', 'RSAES_OAEP_SHA_1', 384, 342],
  ['RSA_4096', 'RSAES_OAEP_SHA_1', 512, 470],
  ['RSA_2048', 'RSAES_OAEP_SHA_256', 256, 190],
  ['RSA_3072', 'RSAES_OAEP_SHA_256', 384, 318],
  ['RSA_4096', 'RSAES_OAEP_SHA_256', 512, 446],
] as const)('%s with %s', (KeySpec, EncryptionAlgorithm, modulusLength, limit) => {
  const call = (name: 'Encrypt' | 'Decrypt', parameters: object) =>
    kms.call(name, { KeyId: keyOf(KeySpec).KeyId, EncryptionAlgorithm, ...parameters });

  it(`encrypts 1 to ${limit} bytes, so that Decrypt gives them back`, async () => {
    const { Arn: KeyId } = keyOf(KeySpec);
    for (const length of [1, limit]) {
      const Plaintext = randomBytes(length);
      const { CiphertextBlob, ...rest } = await call('Encrypt', { Plaintext });
      expect(rest).toEqual({ status: 200, requestId: rest.requestId, KeyId, EncryptionAlgorithm });
      expect(Buffer.from(CiphertextBlob, 'base64')).toHaveLength(modulusLength);
      const decrypted = await call('Decrypt', { CiphertextBlob });
      expect(decrypted).toEqual({
        status: 200,
        requestId: decrypted.requestId,
        KeyId,
        EncryptionAlgorithm,
        Plaintext: Plaintext.toString('base64'),
      });
    }
  });

  it(`refuses ${limit + 1} bytes`, async () => {
    const message = `Algorithm ${EncryptionAlgorithm} and key spec ${KeySpec} cannot encrypt data larger than ${limit} bytes.`;
    expect(await call('Encrypt', { Plaintext: Buffer.alloc(limit + 1) })).toMatchObject({
      status: 400,
      __type: 'ValidationException',
      message,
    });
  });

  it('decrypts what others encrypt with its public key', async () => {
    const oaepHash = EncryptionAlgorithm === 'RSAES_OAEP_SHA_1' ? 'sha1' : 'sha256';
    const key = await publicKeyOf(keyOf(KeySpec).KeyId);
    const plaintext = randomBytes(limit);
    const padded = { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash };
    const CiphertextBlob = publicEncrypt(padded, plaintext);
    expect((await call('Decrypt', { CiphertextBlob })).Plaintext).toBe(plaintext.toString('base64'));
    const empty = publicEncrypt(padded, Buffer.alloc(0));
    expect(await call('Decrypt', { CiphertextBlob: empty })).toMatchObject({ status: 200, Plaintext: '' });
  });

  it('answers every wrong ciphertext alike', async () => {
    const { CiphertextBlob } = await call('Encrypt', { Plaintext: Buffer.from('p') });
    const right = Buffer.from(CiphertextBlob, 'base64');
    const flipped = Buffer.from(right);
    flipped[modulusLength - 1] = (flipped.at(-1) ?? 0) ^ 1;
    const { KeyId } = keyOf(KeySpec);
    const pkcs1 = publicEncrypt(
      { key: await publicKeyOf(KeyId), padding: constants.RSA_PKCS1_PADDING },
      Buffer.from('p'),
    );
    const wrong = [
      flipped,
      pkcs1,
      right.subarray(1),
      Buffer.concat([right, Buffer.of(0)]),
      Buffer.alloc(modulusLength, 0xff),
    ];
    for (const blob of [...wrong, Buffer.of(1), Buffer.alloc(6144)]) {
      const refused = await call('Decrypt', { CiphertextBlob: blob });
      const error = { status: 400, __type: 'InvalidCiphertextException' };
      expect(refused).toEqual({ ...error, requestId: refused.requestId });
    }
  });

  it('opens nothing unless the key is named', async () => {
    const { CiphertextBlob } = await call('Encrypt', { Plaintext: Buffer.from('p') });
    for (const blob of [CiphertextBlob, Buffer.of(1)]) {
      const refused = { status: 400, __type: 'ValidationException', message: 'KeyId must not be null' };
      expect(await call('Decrypt', { CiphertextBlob: blob, KeyId: undefined })).toMatchObject(refused);
    }
  });

  it('takes no encryption context, which it could not bind, but an empty one', async () => {
    const Plaintext = Buffer.from('p');
    const message = 'EncryptionContext is not supported when encrypting/decrypting with asymmetric CMKs.';
    const refused = { status: 400, __type: 'ValidationException', message };
    expect(await call('Encrypt', { Plaintext, EncryptionContext: { a: 'b' } })).toMatchObject(refused);
    const { status, CiphertextBlob } = await call('Encrypt', { Plaintext, EncryptionContext: {} });
    expect(status).toBe(200);
    expect(await call('Decrypt', { CiphertextBlob, EncryptionContext: { a: 'b' } })).toMatchObject(refused);
  });
});

it('keeps the two hashes apart', async () => {
  const { KeyId } = keyOf('RSA_2048');
  const Plaintext = Buffer.from('p');
  const { CiphertextBlob } = await kms.call('Encrypt', { KeyId, Plaintext, EncryptionAlgorithm: 'RSAES_OAEP_SHA_1' });
  const asked = { KeyId, CiphertextBlob, EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' };
  expect(await kms.call('Decrypt', asked)).toMatchObject({ __type: 'InvalidCiphertextException' });
});

it('does not open under one key what another encrypted', async () => {
  const EncryptionAlgorithm = 'RSAES_OAEP_SHA_256';
  const other = await kms.newKey({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' });
  const encrypted = { KeyId: other.KeyId, Plaintext: Buffer.from('p'), EncryptionAlgorithm };
  const { CiphertextBlob } = await kms.call('Encrypt', encrypted);
  const { KeyId } = keyOf('RSA_2048');
  expect(await kms.call('Decrypt', { KeyId, CiphertextBlob, EncryptionAlgorithm })).toMatchObject({
    __type: 'InvalidCiphertextException',
  });
});

it.each([
  ['RSA_2048', 'SYMMETRIC_DEFAULT'],
  ['RSA_2048', 'SM2PKE'],
])('refuses %s with %s', async (KeySpec, EncryptionAlgorithm) => {
  const { KeyId } = keyOf(KeySpec);
  const message = `Algorithm ${EncryptionAlgorithm} is incompatible with key spec ${KeySpec}.`;
  const asked = { KeyId, EncryptionAlgorithm, Plaintext: Buffer.from('p') };
  expect(await kms.call('Encrypt', asked)).toMatchObject({ __type: 'InvalidKeyUsageException', message });
});

it.each(specs)('shows the public key of %s with its metadata', async (KeySpec) => {
  const { KeyId, Arn } = keyOf(KeySpec);
  const shown = await kms.call('GetPublicKey', { KeyId });
  expect(shown).toEqual({
    status: 200,
    requestId: shown.requestId,
    KeyId: Arn,
    PublicKey: expect.any(String),
    KeySpec,
    CustomerMasterKeySpec: KeySpec,
    KeyUsage: 'ENCRYPT_DECRYPT',
    EncryptionAlgorithms: ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'],
  });
  const { asymmetricKeyType, asymmetricKeyDetails } = await publicKeyOf(KeyId);
  expect(asymmetricKeyType).toBe('rsa');
  expect(asymmetricKeyDetails).toEqual({ modulusLength: Number(KeySpec.slice(4)), publicExponent: 65_537n });
});
