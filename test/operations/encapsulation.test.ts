import { createPublicKey, encapsulate, randomBytes } from 'node:crypto';
import { ml_kem512, ml_kem768, ml_kem1024 } from '@noble/post-quantum/ml-kem.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newService, type Service } from '../service.ts';

let kms: Service;
beforeAll(async () => {
  kms = await newService();
});
afterAll(() => kms.close());

const EncapsulationAlgorithm = 'ML_KEM';
const KeyUsage = 'ENCAPSULATE_DECAPSULATE';

/** Lengths of public keys and ciphertexts: FIPS 203, table 3; the last arc of the object identifier: RFC 9935 §3. */
describe.each([
  ['ML_KEM_512', 800, 768, 1, ml_kem512],
  ['ML_KEM_768', 1184, 1088, 2, ml_kem768],
  ['ML_KEM_1024', 1568, 1568, 3, ml_kem1024],
] as const)('%s', (KeySpec, publicKeyLength, ciphertextLength, arc, noble) => {
  let KeyId: string;
  let Arn: string;
  let spki: Buffer;
  beforeAll(async () => {
    ({ KeyId, Arn } = await kms.newKey({ KeySpec, KeyUsage }));
    spki = Buffer.from((await kms.call('GetPublicKey', { KeyId })).PublicKey, 'base64');
  });

  const asked = (parameters: object = {}) => ({ KeyId, EncapsulationAlgorithm, ...parameters });
  const decapsulated = (SharedSecretCiphertextBlob: Uint8Array | string, key = KeyId) =>
    kms.call('Decapsulate', { KeyId: key, EncapsulationAlgorithm, SharedSecretCiphertextBlob });

  it('shows the public key as RFC 9935 has it', async () => {
    const { PublicKey, ...rest } = await kms.call('GetPublicKey', { KeyId });
    const spec = { KeySpec, CustomerMasterKeySpec: KeySpec };
    const about = { KeyId: Arn, ...spec, KeyUsage, EncapsulationAlgorithms: ['ML_KEM'] };
    expect(rest).toEqual({ status: 200, requestId: rest.requestId, ...about });
    expect(Buffer.from(PublicKey, 'base64')).toEqual(spki);
    expect(spki).toHaveLength(publicKeyLength + 22);
    const identifier = Buffer.from([0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x04, arc]);
    expect(spki.includes(identifier)).toBe(true);
  });

  it('makes a secret of 32 bytes, another one each time, which Decapsulate finds', async () => {
    const made = await kms.call('Encapsulate', asked());
    const { SharedSecret, SharedSecretCiphertextBlob, ...rest } = made;
    expect(rest).toEqual({ status: 200, requestId: rest.requestId, KeyId: Arn, EncapsulationAlgorithm });
    expect(Buffer.from(SharedSecret, 'base64')).toHaveLength(32);
    expect(Buffer.from(SharedSecretCiphertextBlob, 'base64')).toHaveLength(ciphertextLength);
    const found = await decapsulated(SharedSecretCiphertextBlob);
    const answer = { KeyId: Arn, SharedSecret, EncapsulationAlgorithm };
    expect(found).toEqual({ status: 200, requestId: found.requestId, ...answer });
    const again = await kms.call('Encapsulate', asked());
    expect(again.SharedSecret).not.toBe(SharedSecret);
    expect(again.SharedSecretCiphertextBlob).not.toBe(SharedSecretCiphertextBlob);
  });

  it('finds the secret that a client made for the public key', async () => {
    const native = encapsulate(createPublicKey({ key: spki, format: 'der', type: 'spki' }));
    const byNative = await decapsulated(native.ciphertext);
    expect(byNative.SharedSecret).toBe(native.sharedKey.toString('base64'));
    const { cipherText, sharedSecret } = noble.encapsulate(spki.subarray(-publicKeyLength));
    const byNoble = await decapsulated(cipherText);
    expect(byNoble.SharedSecret).toBe(Buffer.from(sharedSecret).toString('base64'));
  });

  it('answers a changed or foreign ciphertext with a secret that nobody else has, the same each time', async () => {
    const { SharedSecret, SharedSecretCiphertextBlob } = await kms.call('Encapsulate', asked());
    const changed = Buffer.from(SharedSecretCiphertextBlob, 'base64');
    changed[0] = (changed[0] ?? 0) ^ 1;
    const other = await kms.newKey({ KeySpec, KeyUsage });
    for (const [ciphertext, key] of [
      [changed, KeyId],
      [Buffer.from(SharedSecretCiphertextBlob, 'base64'), other.KeyId],
      [randomBytes(ciphertextLength), KeyId],
    ] as const) {
      const rejected = await decapsulated(ciphertext, key);
      expect(rejected.status).toBe(200);
      expect(Buffer.from(rejected.SharedSecret, 'base64')).toHaveLength(32);
      expect(rejected.SharedSecret).not.toBe(SharedSecret);
      expect((await decapsulated(ciphertext, key)).SharedSecret).toBe(rejected.SharedSecret);
    }
  });

  it('refuses a ciphertext of another length, and says nothing more', async () => {
    for (const length of [1, 32, 768, 1088, 1568, ciphertextLength - 1, ciphertextLength + 1, 6144]) {
      if (length === ciphertextLength) continue;
      const refused = await decapsulated(randomBytes(length));
      const error = { status: 400, __type: 'InvalidCiphertextException' };
      expect(refused).toEqual({ ...error, requestId: refused.requestId });
    }
  });

  it('still gets secrets out of ciphertexts from before it was disabled and enabled', async () => {
    const { SharedSecret, SharedSecretCiphertextBlob } = await kms.call('Encapsulate', asked());
    await kms.call('DisableKey', { KeyId });
    expect(await decapsulated(SharedSecretCiphertextBlob)).toMatchObject({ __type: 'DisabledException' });
    await kms.call('EnableKey', { KeyId });
    expect(await decapsulated(SharedSecretCiphertextBlob)).toMatchObject({ status: 200, SharedSecret });
  });
});
