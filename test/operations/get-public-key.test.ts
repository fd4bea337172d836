import { createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newService, type Service } from '../service.ts';

let kms: Service;
beforeAll(async () => {
  kms = await newService();
});
afterAll(() => kms.close());

const read = (PublicKey: string) =>
  createPublicKey({ key: Buffer.from(PublicKey, 'base64'), format: 'der', type: 'spki' });

/** RSA keys are in rsa-encryption.test.ts; that signatures verify under these, in sign-verify.test.ts. */
it.each([
  ['ECC_NIST_P256', 'ECDSA_SHA_256', 'prime256v1', 32],
  ['ECC_NIST_P384', 'ECDSA_SHA_384', 'secp384r1', 48],
  ['ECC_NIST_P521', 'ECDSA_SHA_512', 'secp521r1', 66],
  ['ECC_SECG_P256K1', 'ECDSA_SHA_256', 'secp256k1', 32],
])('shows %s as a named curve with an uncompressed point', async (KeySpec, algorithm, namedCurve, size) => {
  const { KeyId, Arn } = await kms.newKey({ KeySpec, KeyUsage: 'SIGN_VERIFY' });
  const { PublicKey, ...rest } = await kms.call('GetPublicKey', { KeyId });
  expect(rest).toEqual({
    status: 200,
    requestId: rest.requestId,
    KeyId: Arn,
    KeySpec,
    CustomerMasterKeySpec: KeySpec,
    KeyUsage: 'SIGN_VERIFY',
    SigningAlgorithms: [algorithm],
  });
  const key = read(PublicKey);
  expect(key.asymmetricKeyDetails).toEqual({ namedCurve });
  const der = Buffer.from(PublicKey, 'base64');
  expect(der.at(-(2 * size + 1))).toBe(0x04);
  expect(key.export({ format: 'der', type: 'spki' }).equals(der)).toBe(true);
});

it('shows the same key each time, also while it is disabled', async () => {
  const { KeyId } = await kms.newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
  const { PublicKey } = await kms.call('GetPublicKey', { KeyId });
  await kms.call('DisableKey', { KeyId });
  expect(await kms.call('GetPublicKey', { KeyId })).toMatchObject({ status: 200, PublicKey });
  const other = await kms.newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
  expect((await kms.call('GetPublicKey', { KeyId: other.KeyId })).PublicKey).not.toBe(PublicKey);
});

it('has none to show of a key whose material was never imported', async () => {
  const asked = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY', Origin: 'EXTERNAL' };
  const { KeyId, Arn } = await kms.newKey(asked);
  const message = `${Arn} is pending import.`;
  expect(await kms.call('GetPublicKey', { KeyId })).toMatchObject({
    status: 400,
    __type: 'KMSInvalidStateException',
    message,
  });
});
