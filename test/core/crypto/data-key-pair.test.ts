import { createPrivateKey, createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type DataKeyPairSpec, generateDataKeyPair } from '../../../core/crypto/data-key-pair.ts';
import { signEcdsa, verifyEcdsa } from '../../../core/crypto/ecdsa.ts';
import { decapsulate, encapsulate } from '../../../core/crypto/ml-kem.ts';
import { decryptSm2, encryptSm2 } from '../../../core/crypto/sm2.ts';

const cases: readonly (readonly [DataKeyPairSpec, string | undefined, object])[] = [
  ['RSA_2048', 'rsa', { modulusLength: 2048, publicExponent: 65537n }],
  ['RSA_3072', 'rsa', { modulusLength: 3072, publicExponent: 65537n }],
  ['RSA_4096', 'rsa', { modulusLength: 4096, publicExponent: 65537n }],
  ['ECC_NIST_P256', 'ec', { namedCurve: 'prime256v1' }],
  ['ECC_NIST_P384', 'ec', { namedCurve: 'secp384r1' }],
  ['ECC_NIST_P521', 'ec', { namedCurve: 'secp521r1' }],
  ['ECC_SECG_P256K1', 'ec', { namedCurve: 'secp256k1' }],
  ['ECC_NIST_EDWARDS25519', 'ed25519', {}],
  ['SM2', undefined, {}], // a kind that node:crypto has no name for
  ['ML_KEM_512', 'ml-kem-512', {}],
  ['ML_KEM_768', 'ml-kem-768', {}],
  ['ML_KEM_1024', 'ml-kem-1024', {}],
];

describe.each(cases)('a data key pair of %s', (spec, type, details) => {
  it('is PKCS#8 and SubjectPublicKeyInfo of the same key, another one each time', async () => {
    const pair = await generateDataKeyPair(spec);
    const other = await generateDataKeyPair(spec.startsWith('RSA') ? 'RSA_2048' : spec); // others take too long twice
    const privateKey = createPrivateKey({ key: pair.privateKey, format: 'der', type: 'pkcs8' });
    const publicKey = createPublicKey({ key: pair.publicKey, format: 'der', type: 'spki' });
    for (const key of [privateKey, publicKey]) {
      expect(key.asymmetricKeyType).toBe(type);
      expect(key.asymmetricKeyDetails).toMatchObject(details);
    }
    expect(createPublicKey(privateKey).export({ type: 'spki', format: 'der' })).toEqual(pair.publicKey);
    expect(other.privateKey).not.toEqual(pair.privateKey);
    expect(other.publicKey).not.toEqual(pair.publicKey);
  }, 60_000);
});

describe.each(['ML_KEM_512', 'ML_KEM_768', 'ML_KEM_1024'] as const)('a data key pair of %s', (spec) => {
  it('has 86 bytes of private key, the seed, and works', async () => {
    const { privateKey, publicKey } = await generateDataKeyPair(spec);
    expect(privateKey).toHaveLength(86);
    const set = spec.replaceAll('_', '-') as 'ML-KEM-512' | 'ML-KEM-768' | 'ML-KEM-1024'; // replaceAll forgets literals
    const { sharedSecret, ciphertext } = encapsulate(set, publicKey);
    expect(decapsulate(set, privateKey, ciphertext)).toEqual(sharedSecret);
  });
});

it('works with the other functions of its kind', async () => {
  const sm2 = await generateDataKeyPair('SM2');
  expect(decryptSm2(sm2.privateKey, encryptSm2(sm2.publicKey, Buffer.from('text')))?.toString()).toBe('text');
  const ec = await generateDataKeyPair('ECC_NIST_P384');
  const scheme = { curve: 'P-384', hash: 'sha384' } as const;
  const privateKey = createPrivateKey({ key: ec.privateKey, format: 'der', type: 'pkcs8' });
  const signature = await signEcdsa(scheme, privateKey, Buffer.from('text'), 'RAW');
  const publicKey = createPublicKey({ key: ec.publicKey, format: 'der', type: 'spki' });
  expect(await verifyEcdsa(scheme, publicKey, Buffer.from('text'), 'RAW', signature)).toBe(true);
});

it('lets the thread go on with other work while RSA keys are made', async () => {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 1);
  await generateDataKeyPair('RSA_3072');
  clearInterval(timer);
  expect(turns).toBeGreaterThan(2);
});
