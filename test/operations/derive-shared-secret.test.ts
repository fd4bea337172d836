import { createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bringing, forEver } from '../importing.ts';
import { newService, type Service } from '../service.ts';

let kms: Service;
beforeAll(async () => {
  kms = await newService();
});
afterAll(() => kms.close());

const KeyAgreementAlgorithm = 'ECDH';
const KeyUsage = 'KEY_AGREEMENT';
const spki = (key: KeyObject) => key.export({ format: 'der', type: 'spki' });
const base64 = (bytes: Buffer) => bytes.toString('base64');
const derive = (KeyId: string, PublicKey: unknown) =>
  kms.call('DeriveSharedSecret', { KeyId, KeyAgreementAlgorithm, PublicKey });

const curves = [
  ['ECC_NIST_P256', 'prime256v1', 32],
  ['ECC_NIST_P384', 'secp384r1', 48],
  ['ECC_NIST_P521', 'secp521r1', 66],
] as const;

describe.each(curves)('%s', (KeySpec, namedCurve, secretLength) => {
  let KeyId: string;
  let Arn: string;
  let publicKey: KeyObject;
  beforeAll(async () => {
    ({ KeyId, Arn } = await kms.newKey({ KeySpec, KeyUsage }));
    const { PublicKey } = await kms.call('GetPublicKey', { KeyId });
    publicKey = createPublicKey({ key: Buffer.from(PublicKey, 'base64'), format: 'der', type: 'spki' });
  });

  it('shows its public key as one for agreement', async () => {
    const { PublicKey: _, ...rest } = await kms.call('GetPublicKey', { KeyId });
    const about = { KeyId: Arn, KeySpec, CustomerMasterKeySpec: KeySpec, KeyUsage, KeyAgreementAlgorithms: ['ECDH'] };
    expect(rest).toEqual({ status: 200, requestId: rest.requestId, ...about });
    expect(publicKey.asymmetricKeyDetails).toEqual({ namedCurve });
  });

  it('agrees with a client on the x-coordinate, as long as the field', async () => {
    for (let i = 0; i < 5; i += 1) {
      const peer = generateKeyPairSync('ec', { namedCurve });
      const { SharedSecret, ...rest } = await derive(KeyId, spki(peer.publicKey));
      const about = { KeyId: Arn, KeyAgreementAlgorithm, KeyOrigin: 'AWS_KMS' };
      expect(rest).toEqual({ status: 200, requestId: rest.requestId, ...about });
      expect(Buffer.from(SharedSecret, 'base64')).toHaveLength(secretLength);
      expect(SharedSecret).toBe(base64(diffieHellman({ privateKey: peer.privateKey, publicKey })));
    }
  });

  it('agrees with another key of the service', async () => {
    const other = await kms.newKey({ KeySpec, KeyUsage });
    const { PublicKey } = await kms.call('GetPublicKey', { KeyId: other.KeyId });
    const { SharedSecret } = await derive(other.KeyId, spki(publicKey));
    expect(await derive(KeyId, PublicKey)).toMatchObject({ status: 200, SharedSecret });
  });

  it('refuses anything but a public key on its curve, and says nothing more', async () => {
    const peer = generateKeyPairSync('ec', { namedCurve });
    const good = spki(peer.publicKey);
    const offCurve = Buffer.from(good);
    offCurve.writeUInt8(offCurve.readUInt8(good.length - 1) ^ 1, good.length - 1);
    const otherCurve = namedCurve === 'secp384r1' ? 'prime256v1' : 'secp384r1';
    const wrong = [
      offCurve,
      good.subarray(1),
      Buffer.concat([good, Buffer.of(0)]),
      good.subarray(-(2 * secretLength + 1)), // the point alone
      Buffer.from(peer.publicKey.export({ format: 'pem', type: 'spki' })),
      peer.privateKey.export({ format: 'der', type: 'pkcs8' }),
      spki(generateKeyPairSync('ec', { namedCurve: otherCurve }).publicKey),
      spki(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey),
      spki(generateKeyPairSync('x25519').publicKey),
      Buffer.of(0),
      randomBytes(8192),
    ];
    for (const PublicKey of wrong) {
      const refused = await derive(KeyId, PublicKey);
      expect(refused).toEqual({ status: 400, __type: 'ValidationException', requestId: refused.requestId });
    }
  });

  it('agrees with a key that was brought from outside, and tells that it was', async () => {
    const owner = generateKeyPairSync('ec', { namedCurve });
    const peer = generateKeyPairSync('ec', { namedCurve });
    const external = await kms.newKey({ KeySpec, KeyUsage, Origin: 'EXTERNAL' });
    const material = owner.privateKey.export({ format: 'der', type: 'pkcs8' });
    const brought = await bringing(kms, external.KeyId, material, 'RSA_AES_KEY_WRAP_SHA_256');
    expect(await kms.call('ImportKeyMaterial', { ...brought, ...forEver })).toMatchObject({ status: 200 });
    const secret = diffieHellman({ privateKey: owner.privateKey, publicKey: peer.publicKey });
    const answer = { status: 200, KeyOrigin: 'EXTERNAL', SharedSecret: base64(secret) };
    expect(await derive(external.KeyId, spki(peer.publicKey))).toMatchObject(answer);
  });
});

it('does not let a key for agreement sign, nor one for signing agree', async () => {
  const [agreeing, signing] = [
    await kms.newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage }),
    await kms.newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
  ];
  const refused = { status: 400, __type: 'InvalidKeyUsageException' };
  const sign = { KeyId: agreeing.KeyId, Message: Buffer.of(1), SigningAlgorithm: 'ECDSA_SHA_256' };
  expect(await kms.call('Sign', sign)).toMatchObject(refused);
  const peer = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  expect(await derive(signing.KeyId, spki(peer.publicKey))).toMatchObject(refused);
});
