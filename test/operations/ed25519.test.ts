import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, verify } from 'node:crypto';
import { ed25519ph } from '@noble/curves/ed25519.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bringing, forEver } from '../importing.ts';
import { newService, type Service } from '../service.ts';

let kms: Service;
let KeyId: string;
let Arn: string;
let publicKey: KeyObject;
const KeySpec = 'ECC_NIST_EDWARDS25519';
const KeyUsage = 'SIGN_VERIFY';
beforeAll(async () => {
  kms = await newService();
  ({ KeyId, Arn } = await kms.newKey({ KeySpec, KeyUsage }));
  const { PublicKey } = await kms.call('GetPublicKey', { KeyId });
  publicKey = createPublicKey({ key: Buffer.from(PublicKey, 'base64'), format: 'der', type: 'spki' });
});
afterAll(() => kms.close());

const Message = randomBytes(4096);
const digest = createHash('sha512').update(Message).digest();
const refusal = (message: string) => ({ status: 400, __type: 'ValidationException', message });
const flipped = (bytes: Buffer, at: number) => {
  const other = Buffer.from(bytes);
  other[at] = (other[at] ?? 0) ^ 1;
  return other;
};

it('shows the public key as RFC 8410 has it, with both algorithms and the spec by both its names', async () => {
  const { PublicKey, ...rest } = await kms.call('GetPublicKey', { KeyId });
  const SigningAlgorithms = ['ED25519_PH_SHA_512', 'ED25519_SHA_512'];
  const about = { KeyId: Arn, KeySpec, CustomerMasterKeySpec: KeySpec, KeyUsage, SigningAlgorithms };
  expect(rest).toEqual({ status: 200, requestId: rest.requestId, ...about });
  const der = Buffer.from(PublicKey, 'base64');
  expect(der).toHaveLength(44);
  expect(der.subarray(0, 12).toString('hex')).toBe('302a300506032b6570032100');
  expect(publicKey.asymmetricKeyType).toBe('ed25519');
});

/** Both algorithms, with the message each takes and how a client judges a signature. */
const algorithms = [
  [
    'ED25519_SHA_512',
    { MessageType: 'RAW', Message },
    (signature: Buffer) => verify(null, Message, publicKey, signature),
  ],
  [
    // KMS takes a digest, and yet hashes it once more, as Ed25519ph does with every message.
    'ED25519_PH_SHA_512',
    { MessageType: 'DIGEST', Message: digest },
    (signature: Buffer) =>
      ed25519ph.verify(signature, digest, publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)),
  ],
] as const;

describe.each(algorithms)('%s', (SigningAlgorithm, given, judge) => {
  const call = (name: 'Sign' | 'Verify', parameters: object = {}) =>
    kms.call(name, { KeyId, SigningAlgorithm, ...given, ...parameters });

  it('signs in 64 bytes, the same each time, that clients and Verify accept', async () => {
    const { Signature, ...rest } = await call('Sign');
    expect(rest).toEqual({ status: 200, requestId: rest.requestId, KeyId: Arn, SigningAlgorithm });
    const signature = Buffer.from(Signature, 'base64');
    expect(signature).toHaveLength(64);
    expect(judge(signature)).toBe(true);
    expect((await call('Sign')).Signature).toBe(Signature);
    const verified = await call('Verify', { Signature });
    const valid = { KeyId: Arn, SignatureValid: true, SigningAlgorithm };
    expect(verified).toEqual({ status: 200, requestId: verified.requestId, ...valid });
  });

  it('finds no other signature valid', async () => {
    const signature = Buffer.from((await call('Sign')).Signature, 'base64');
    const wrong = [
      { Signature: flipped(signature, 0) },
      { Signature: flipped(signature, 63) },
      { Signature: signature.subarray(1) },
      { Signature: Buffer.alloc(64) },
      { Signature: signature, Message: flipped(given.Message, 0) },
    ];
    for (const parameters of wrong) {
      expect(await call('Verify', parameters)).toMatchObject({ status: 400, __type: 'KMSInvalidSignatureException' });
    }
  });

  it.each(['Sign', 'Verify'] as const)('takes in %s no other message type', async (name) => {
    for (const MessageType of ['RAW', 'DIGEST', 'EXTERNAL_MU']) {
      if (MessageType === given.MessageType) continue;
      const blamed = MessageType === 'EXTERNAL_MU' ? `key spec ${KeySpec}` : `algorithm ${SigningAlgorithm}`;
      const refused = refusal(`Message type ${MessageType} is incompatible with ${blamed}.`);
      expect(await call(name, { MessageType, Message: digest, Signature: Buffer.of(1) })).toMatchObject(refused);
    }
  });
});

it('takes messages for RAW when no type is sent, which Ed25519ph refuses', async () => {
  expect(await kms.call('Sign', { KeyId, Message, SigningAlgorithm: 'ED25519_SHA_512' })).toMatchObject({
    status: 200,
  });
  const refused = refusal('Message type RAW is incompatible with algorithm ED25519_PH_SHA_512.');
  expect(await kms.call('Sign', { KeyId, Message, SigningAlgorithm: 'ED25519_PH_SHA_512' })).toMatchObject(refused);
});

it.each(['Sign', 'Verify'] as const)('refuses in %s a digest that is not 64 bytes long', async (name) => {
  for (const length of [1, 32, 63, 65, 4096]) {
    const given = { Message: Buffer.alloc(length), MessageType: 'DIGEST', Signature: Buffer.of(1) };
    const refused = refusal('Digest is invalid length for algorithm ED25519_PH_SHA_512.');
    expect(await kms.call(name, { KeyId, SigningAlgorithm: 'ED25519_PH_SHA_512', ...given })).toMatchObject(refused);
  }
});

it('keeps the two algorithms apart', async () => {
  const signed = { KeyId, Message: digest, MessageType: 'RAW', SigningAlgorithm: 'ED25519_SHA_512' };
  const { Signature } = await kms.call('Sign', signed);
  const prehashed = { ...signed, MessageType: 'DIGEST', SigningAlgorithm: 'ED25519_PH_SHA_512', Signature };
  expect(await kms.call('Verify', prehashed)).toMatchObject({ __type: 'KMSInvalidSignatureException' });
});

it('signs with a key that was brought from outside as its owner does', async () => {
  const owner = generateKeyPairSync('ed25519');
  const external = await kms.newKey({ KeySpec, KeyUsage, Origin: 'EXTERNAL' });
  const material = owner.privateKey.export({ format: 'der', type: 'pkcs8' });
  const imported = await kms.call('ImportKeyMaterial', {
    ...(await bringing(kms, external.KeyId, material, 'RSAES_OAEP_SHA_256', 'RSA_3072')),
    ...forEver,
  });
  expect(imported).toMatchObject({ status: 200 });
  const asked = { KeyId: external.KeyId, Message, SigningAlgorithm: 'ED25519_SHA_512' };
  const { Signature } = await kms.call('Sign', asked);
  expect(verify(null, Message, owner.publicKey, Buffer.from(Signature, 'base64'))).toBe(true);
});
