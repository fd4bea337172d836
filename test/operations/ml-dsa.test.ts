import { createHash, createPublicKey, type KeyObject, randomBytes, verify } from 'node:crypto';
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newService, type Service } from '../service.ts';

let kms: Service;
beforeAll(async () => {
  kms = await newService();
});
afterAll(() => kms.close());

const SigningAlgorithm = 'ML_DSA_SHAKE_256';
const KeyUsage = 'SIGN_VERIFY';
const shake = (...parts: Uint8Array[]) =>
  createHash('shake256', { outputLength: 64 }).update(Buffer.concat(parts)).digest();
const refusal = (message: string) => ({ status: 400, __type: 'ValidationException', message });

/** Lengths of public keys and signatures: FIPS 204, table 2; the last arc of the object identifier: RFC 9881 §2. */
describe.each([
  ['ML_DSA_44', 1312, 2420, 17, ml_dsa44],
  ['ML_DSA_65', 1952, 3309, 18, ml_dsa65],
  ['ML_DSA_87', 2592, 4627, 19, ml_dsa87],
] as const)('%s', (KeySpec, publicKeyLength, signatureLength, arc, noble) => {
  let KeyId: string;
  let Arn: string;
  let spki: Buffer;
  let publicKey: KeyObject;
  let raw: Buffer;
  const Message = randomBytes(4096);
  const asRaw = { Message, MessageType: 'RAW' };
  let asMu: { Message: Buffer; MessageType: string };
  beforeAll(async () => {
    ({ KeyId, Arn } = await kms.newKey({ KeySpec, KeyUsage }));
    spki = Buffer.from((await kms.call('GetPublicKey', { KeyId })).PublicKey, 'base64');
    publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    raw = spki.subarray(-publicKeyLength);
    asMu = { Message: shake(shake(raw), Buffer.of(0, 0), Message), MessageType: 'EXTERNAL_MU' };
  });

  const call = (name: 'Sign' | 'Verify', parameters: object) =>
    kms.call(name, { KeyId, SigningAlgorithm, ...parameters });
  const signed = async (parameters: object) => Buffer.from((await call('Sign', parameters)).Signature, 'base64');

  it('shows the public key as RFC 9881 has it, the same each time', async () => {
    const { PublicKey, ...rest } = await kms.call('GetPublicKey', { KeyId });
    const spec = { KeySpec, CustomerMasterKeySpec: KeySpec };
    const about = { KeyId: Arn, ...spec, KeyUsage, SigningAlgorithms: [SigningAlgorithm] };
    expect(rest).toEqual({ status: 200, requestId: rest.requestId, ...about });
    expect(Buffer.from(PublicKey, 'base64')).toEqual(spki);
    expect(spki).toHaveLength(publicKeyLength + 22);
    const identifier = Buffer.from([0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, arc]);
    expect(spki.includes(identifier)).toBe(true);
    expect(publicKey.asymmetricKeyType).toBe(KeySpec.toLowerCase().replaceAll('_', '-'));
  });

  it.each(['RAW', 'EXTERNAL_MU'])(
    'signs a message as %s, so that clients and Verify by either type accept it',
    async (MessageType) => {
      const { Signature, ...rest } = await call('Sign', MessageType === 'RAW' ? asRaw : asMu);
      expect(rest).toEqual({ status: 200, requestId: rest.requestId, KeyId: Arn, SigningAlgorithm });
      const signature = Buffer.from(Signature, 'base64');
      expect(signature).toHaveLength(signatureLength);
      expect(verify(null, Message, publicKey, signature)).toBe(true);
      expect(noble.verify(signature, Message, raw)).toBe(true);
      for (const judged of [asRaw, asMu]) {
        const verified = await call('Verify', { ...judged, Signature });
        const valid = { KeyId: Arn, SignatureValid: true, SigningAlgorithm };
        expect(verified).toEqual({ status: 200, requestId: verified.requestId, ...valid });
      }
    },
  );

  it('makes another signature each time, since it is hedged', async () => {
    for (const given of [asRaw, asMu]) expect(await signed(given)).not.toEqual(await signed(given));
  });

  it('finds no other signature valid', async () => {
    const signature = await signed(asRaw);
    const other = Buffer.from(signature);
    other[0] = (other[0] ?? 0) ^ 1;
    const wrong = [
      { ...asRaw, Signature: other },
      { ...asRaw, Signature: signature.subarray(1) },
      { ...asRaw, Signature: Buffer.concat([signature, Buffer.of(0)]) },
      { ...asRaw, Message: Message.subarray(1), Signature: signature },
      { ...asRaw, Message: asMu.Message, Signature: signature }, // µ as a message is another message
      { ...asMu, Message: randomBytes(64), Signature: signature },
    ];
    for (const parameters of wrong) {
      expect(await call('Verify', parameters)).toMatchObject({ status: 400, __type: 'KMSInvalidSignatureException' });
    }
  });

  it.each(['Sign', 'Verify'] as const)('takes in %s no digest', async (name) => {
    for (const length of [32, 64]) {
      const given = { Message: Buffer.alloc(length), MessageType: 'DIGEST', Signature: Buffer.of(1) };
      const refused = refusal(`Message type DIGEST is incompatible with key spec ${KeySpec}.`);
      expect(await call(name, given)).toMatchObject(refused);
    }
  });

  it.each(['Sign', 'Verify'] as const)('refuses in %s a µ that is not 64 bytes long', async (name) => {
    for (const length of [1, 63, 65, 4096]) {
      const given = { Message: Buffer.alloc(length), MessageType: 'EXTERNAL_MU', Signature: Buffer.of(1) };
      const refused = refusal(`External Mu is invalid length for algorithm ${SigningAlgorithm}.`);
      expect(await call(name, given)).toMatchObject(refused);
    }
  });

  it('verifies nothing that another key signed', async () => {
    const other = await kms.newKey({ KeySpec, KeyUsage });
    const { Signature } = await kms.call('Sign', { KeyId: other.KeyId, SigningAlgorithm, ...asRaw });
    expect(await call('Verify', { ...asRaw, Signature })).toMatchObject({ __type: 'KMSInvalidSignatureException' });
  });
});
