import { createPrivateKey, createPublicKey, privateDecrypt, publicEncrypt, sign, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newService, type Service } from '../service.ts';

let kms: Service;
let chinese: Service;
beforeAll(async () => {
  [kms, chinese] = await Promise.all([newService(), newService({ region: 'cn-north-1' })]);
});
afterAll(() => Promise.all([kms.close(), chinese.close()]));

const bytes = (base64: string) => Buffer.from(base64, 'base64');
const EncryptionContext = { tenant: '42' };
const operations = ['GenerateDataKeyPair', 'GenerateDataKeyPairWithoutPlaintext'] as const;

/** Every spec, what OpenSSL calls such a key (nothing, for SM2), and facts that tell it from others. */
const specs = [
  ['RSA_2048', 'rsa', { modulusLength: 2048 }],
  ['RSA_3072', 'rsa', { modulusLength: 3072 }],
  ['RSA_4096', 'rsa', { modulusLength: 4096 }],
  ['ECC_NIST_P256', 'ec', { namedCurve: 'prime256v1' }],
  ['ECC_NIST_P384', 'ec', { namedCurve: 'secp384r1' }],
  ['ECC_NIST_P521', 'ec', { namedCurve: 'secp521r1' }],
  ['ECC_SECG_P256K1', 'ec', { namedCurve: 'secp256k1' }],
  ['ECC_NIST_EDWARDS25519', 'ed25519', {}],
  ['ML_KEM_512', 'ml-kem-512', {}],
  ['ML_KEM_768', 'ml-kem-768', {}],
  ['ML_KEM_1024', 'ml-kem-1024', {}],
  ['SM2', undefined, {}],
] as const;

describe.each(specs)(
  'a data key pair of %s',
  (KeyPairSpec, type, details) => {
    it.each(operations)('made by %s is PKCS#8 and SubjectPublicKeyInfo, and opened by Decrypt', async (name) => {
      const service = KeyPairSpec === 'SM2' ? chinese : kms;
      const { KeyId, Arn } = await service.newKey();
      const made = await service.call(name, { KeyId, KeyPairSpec, EncryptionContext });
      const { PrivateKeyCiphertextBlob: CiphertextBlob, PrivateKeyPlaintext, PublicKey, ...rest } = made;
      const KeyMaterialId = expect.stringMatching(/^[0-9a-f]{64}$/);
      expect(rest).toEqual({ status: 200, requestId: rest.requestId, KeyId: Arn, KeyPairSpec, KeyMaterialId });

      const opened = await service.call('Decrypt', { CiphertextBlob, EncryptionContext });
      expect(opened).toMatchObject({ status: 200, KeyId: Arn, KeyMaterialId: rest.KeyMaterialId });
      expect(PrivateKeyPlaintext).toBe(name === 'GenerateDataKeyPair' ? opened.Plaintext : undefined);

      const privateKey = createPrivateKey({ key: bytes(opened.Plaintext), format: 'der', type: 'pkcs8' });
      const publicKey = createPublicKey({ key: bytes(PublicKey), format: 'der', type: 'spki' });
      expect(privateKey.asymmetricKeyType).toBe(type);
      expect(publicKey.asymmetricKeyDetails).toMatchObject(details);
      expect(createPublicKey(privateKey).export({ format: 'der', type: 'spki' })).toEqual(bytes(PublicKey));
    });
  },
  60_000,
);

it('has ML-KEM private keys of 86 bytes, the seed', async () => {
  const { KeyId } = await kms.newKey();
  const { PrivateKeyPlaintext } = await kms.call('GenerateDataKeyPair', { KeyId, KeyPairSpec: 'ML_KEM_768' });
  expect(bytes(PrivateKeyPlaintext)).toHaveLength(86);
});

it('may be used for anything, whatever KMS keys of such a spec may do', async () => {
  const { KeyId } = await kms.newKey();
  const { PrivateKeyPlaintext, PublicKey } = await kms.call('GenerateDataKeyPair', { KeyId, KeyPairSpec: 'RSA_2048' });
  const privateKey = createPrivateKey({ key: bytes(PrivateKeyPlaintext), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey({ key: bytes(PublicKey), format: 'der', type: 'spki' });
  const message = Buffer.from('message');
  expect(verify('sha256', message, publicKey, sign('sha256', message, privateKey))).toBe(true);
  expect(privateDecrypt(privateKey, publicEncrypt(publicKey, message))).toEqual(message);
});

describe.each(operations)('%s', (name) => {
  it('makes another pair each time', async () => {
    const { KeyId } = await kms.newKey();
    const made = new Set<string>();
    for (let i = 0; i < 10; i += 1) {
      made.add((await kms.call(name, { KeyId, KeyPairSpec: 'ECC_NIST_P256' })).PublicKey);
    }
    expect(made.size).toBe(10);
  });

  it('binds the encryption context', async () => {
    const { KeyId } = await kms.newKey();
    const made = await kms.call(name, { KeyId, KeyPairSpec: 'ECC_NIST_P256', EncryptionContext });
    const CiphertextBlob = made.PrivateKeyCiphertextBlob;
    expect(await kms.call('Decrypt', { CiphertextBlob, EncryptionContext })).toMatchObject({ status: 200 });
    expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({ __type: 'InvalidCiphertextException' });
  });

  it('has SM2 in China alone, and ML-KEM everywhere else', async () => {
    const refused = (KeyPairSpec: string) => {
      const message = `KeySpec ${KeyPairSpec} is not supported in this Region`;
      return { status: 400, __type: 'UnsupportedOperationException', message };
    };
    const [here, there] = [await kms.newKey(), await chinese.newKey()];
    const sm2 = await kms.call(name, { KeyId: here.KeyId, KeyPairSpec: 'SM2' });
    expect(sm2).toMatchObject(refused('SM2'));
    const mlKem = await chinese.call(name, { KeyId: there.KeyId, KeyPairSpec: 'ML_KEM_512' });
    expect(mlKem).toMatchObject(refused('ML_KEM_512'));
  });

  it.each(['ML_DSA_65', 'SYMMETRIC_DEFAULT', 'HMAC_256'])('makes no pairs of %s', async (KeyPairSpec) => {
    const { KeyId } = await kms.newKey();
    const refused = await kms.call(name, { KeyId, KeyPairSpec });
    expect(refused).toMatchObject({ status: 400, __type: 'ValidationException' });
    expect(refused.message).toContain(`Value '${KeyPairSpec}' at 'keyPairSpec' failed to satisfy constraint: `);
  });

  it('refuses a key that is not symmetric', async () => {
    const { KeyId } = await kms.newKey({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' });
    const message = 'You cannot generate a data key pair with an asymmetric CMK';
    const refused = { status: 400, __type: 'InvalidKeyUsageException', message };
    expect(await kms.call(name, { KeyId, KeyPairSpec: 'ECC_NIST_P256' })).toMatchObject(refused);
  });

  it('lets policies judge the spec of the pair', async () => {
    const { KeyId, Arn } = await kms.newKey();
    const Policy = {
      Statement: [
        { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'kms:*', Resource: '*' },
        {
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Action: `kms:${name}`,
          Resource: '*',
          Condition: { StringLike: { 'kms:DataKeyPairSpec': 'RSA_*' } },
        },
      ],
    };
    expect(await kms.call('PutKeyPolicy', { KeyId, Policy: JSON.stringify(Policy) })).toMatchObject({ status: 200 });
    const denied = { status: 400, __type: 'AccessDeniedException' };
    expect(await kms.call(name, { KeyId, KeyPairSpec: 'RSA_2048' })).toMatchObject(denied);
    expect(await kms.call(name, { KeyId: Arn, KeyPairSpec: 'ECC_NIST_P256' })).toMatchObject({ status: 200 });
  });
});
