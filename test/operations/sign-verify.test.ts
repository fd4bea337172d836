import { constants, createHash, createPublicKey, type KeyObject, randomBytes, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newService, type Service } from '../service.ts';

let kms: Service;
const keys = new Map<string, { KeyId: string; Arn: string; publicKey: KeyObject }>();
const specs = ['RSA_2048', 'ECC_NIST_P256', 'ECC_NIST_P384', 'ECC_NIST_P521', 'ECC_SECG_P256K1'];
beforeAll(async () => {
  kms = await newService();
  for (const KeySpec of specs) {
    const key = await kms.newKey({ KeySpec, KeyUsage: 'SIGN_VERIFY' });
    const { PublicKey } = await kms.call('GetPublicKey', { KeyId: key.KeyId });
    const publicKey = createPublicKey({ key: Buffer.from(PublicKey, 'base64'), format: 'der', type: 'spki' });
    keys.set(KeySpec, { ...key, publicKey });
  }
});
afterAll(() => kms.close());

const keyOf = (KeySpec: string) => {
  const key = keys.get(KeySpec);
  if (key === undefined) throw new Error(`no key ${KeySpec}`);
  return key;
};

const refusal = (__type: string, message: string) => ({ status: 400, __type, message });
const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING, RSA_PSS_SALTLEN_DIGEST } = constants;

/** Every algorithm with a key that has it, its hash, and how node:crypto is told of it. */
const algorithms = [
  ...[256, 384, 512].flatMap((bits) => [
    [`RSASSA_PKCS1_V1_5_SHA_${bits}`, 'RSA_2048', `sha${bits}`, { padding: RSA_PKCS1_PADDING }] as const,
    [
      `RSASSA_PSS_SHA_${bits}`,
      'RSA_2048',
      `sha${bits}`,
      { padding: RSA_PKCS1_PSS_PADDING, saltLength: RSA_PSS_SALTLEN_DIGEST },
    ] as const,
  ]),
  ['ECDSA_SHA_256', 'ECC_NIST_P256', 'sha256', {}],
  ['ECDSA_SHA_256', 'ECC_SECG_P256K1', 'sha256', {}],
  ['ECDSA_SHA_384', 'ECC_NIST_P384', 'sha384', {}],
  ['ECDSA_SHA_512', 'ECC_NIST_P521', 'sha512', {}],
] as const;

describe.each(algorithms)('%s with %s', (SigningAlgorithm, KeySpec, hash, options) => {
  const Message = randomBytes(4096);
  const digest = createHash(hash).update(Message).digest();
  const asRaw = { Message, MessageType: 'RAW' };
  const asDigest = { Message: digest, MessageType: 'DIGEST' };
  const call = (name: 'Sign' | 'Verify', parameters: object) =>
    kms.call(name, { KeyId: keyOf(KeySpec).KeyId, SigningAlgorithm, ...parameters });
  const signed = async (parameters: object) => Buffer.from((await call('Sign', parameters)).Signature, 'base64');

  it.each([
    ['RAW', asRaw],
    ['DIGEST', asDigest],
  ])('signs a message as %s so that node:crypto and Verify, by either message type, accept it', async (_, given) => {
    const { publicKey, Arn } = keyOf(KeySpec);
    const { Signature, ...rest } = await call('Sign', given);
    expect(rest).toEqual({ status: 200, requestId: rest.requestId, KeyId: Arn, SigningAlgorithm });
    expect(verify(hash, Message, { key: publicKey, ...options }, Buffer.from(Signature, 'base64'))).toBe(true);
    for (const judged of [asRaw, asDigest]) {
      const verified = await call('Verify', { ...judged, Signature });
      const valid = { KeyId: Arn, SignatureValid: true, SigningAlgorithm };
      expect(verified).toEqual({ status: 200, requestId: verified.requestId, ...valid });
    }
  });

  it('takes a message for RAW when no type is sent', async () => {
    const Signature = await signed({ Message });
    expect(await call('Verify', { ...asDigest, Signature })).toMatchObject({ SignatureValid: true });
  });

  it('finds a signature invalid when message or signature differ in a bit, and says nothing more', async () => {
    const Signature = await signed(asRaw);
    const other = Buffer.from(Signature);
    other[other.length - 1] = (other.at(-1) ?? 0) ^ 1;
    const wrong = [
      { ...asRaw, Signature: other },
      { ...asRaw, Signature: Signature.subarray(1) },
      { ...asRaw, Signature: Buffer.concat([Signature, Buffer.of(0)]) },
      { ...asRaw, Signature: Buffer.of(0) },
      { ...asRaw, Signature: randomBytes(6144) },
      { ...asRaw, Message: Message.subarray(1), Signature },
      { ...asDigest, Message: createHash(hash).update('other').digest(), Signature },
      { ...asRaw, Message: digest, Signature }, // the digest as a message is another message
    ];
    for (const parameters of wrong) {
      const refused = await call('Verify', parameters);
      const error = { status: 400, __type: 'KMSInvalidSignatureException' };
      expect(refused).toEqual({ ...error, requestId: refused.requestId });
    }
  });

  it.each(['Sign', 'Verify'] as const)('refuses in %s a DIGEST of another length than its hash', async (name) => {
    const error = refusal('ValidationException', `Digest is invalid length for algorithm ${SigningAlgorithm}.`);
    for (const length of [1, digest.length - 1, digest.length + 1, 4096]) {
      const given = { Message: Buffer.alloc(length), MessageType: 'DIGEST', Signature: Buffer.of(1) };
      expect(await call(name, given)).toMatchObject(error);
    }
  });

  it.each(['Sign', 'Verify'] as const)('refuses in %s the message type of ML-DSA', async (name) => {
    const given = { Message: Buffer.alloc(64), MessageType: 'EXTERNAL_MU', Signature: Buffer.of(1) };
    expect(await call(name, given)).toMatchObject({ status: 400, __type: 'ValidationException' });
  });

  it('signs messages of a byte and of 4,096', async () => {
    for (const length of [1, 4096]) {
      const given = { Message: randomBytes(length) };
      expect(await call('Verify', { ...given, Signature: await signed(given) })).toMatchObject({ status: 200 });
    }
  });
});

const curves = [
  ['ECC_NIST_P256', 'ECDSA_SHA_256', 32, 72],
  ['ECC_SECG_P256K1', 'ECDSA_SHA_256', 32, 72],
  ['ECC_NIST_P384', 'ECDSA_SHA_384', 48, 104],
  ['ECC_NIST_P521', 'ECDSA_SHA_512', 66, 139],
] as const;

it.each(curves)(
  '%s signs in DER, and takes no bare numbers (IEEE P1363)',
  async (KeySpec, SigningAlgorithm, size, most) => {
    const { KeyId } = keyOf(KeySpec);
    const asked = { KeyId, Message: Buffer.from('m'), SigningAlgorithm };
    for (let i = 0; i < 8; i += 1) {
      const der = Buffer.from((await kms.call('Sign', asked)).Signature, 'base64');
      expect(der[0]).toBe(0x30);
      expect(der.length).toBeLessThanOrEqual(most);
      const bare = bareNumbers(der, size);
      expect(bare).toHaveLength(2 * size);
      expect(await kms.call('Verify', { ...asked, Signature: bare })).toMatchObject({
        __type: 'KMSInvalidSignatureException',
      });
    }
  },
);

/** The two INTEGERs of a DER signature, each in `size` bytes. */
const bareNumbers = (der: Buffer, size: number): Buffer => {
  const body = der.subarray(der[1] === 0x81 ? 3 : 2);
  const length = body[1] ?? 0;
  const numbers = [body.subarray(2, 2 + length), body.subarray(4 + length)];
  return Buffer.concat(numbers.map((number) => Buffer.concat([Buffer.alloc(size), number]).subarray(-size)));
};

it.each([
  ['RSA_2048', 'RSASSA_PSS_SHA_256'] as const,
  ...curves.map(([spec, algorithm]) => [spec, algorithm] as const),
])('verifies under %s no signature that another key made', async (KeySpec, SigningAlgorithm) => {
  const other = await kms.newKey({ KeySpec, KeyUsage: 'SIGN_VERIFY' });
  const asked = { Message: Buffer.from('m'), SigningAlgorithm };
  const { Signature } = await kms.call('Sign', { KeyId: other.KeyId, ...asked });
  const { KeyId } = keyOf(KeySpec);
  expect(await kms.call('Verify', { KeyId, Signature, ...asked })).toMatchObject({
    __type: 'KMSInvalidSignatureException',
  });
});

it('keeps PSS and PKCS #1 v1.5, and the hashes, apart', async () => {
  const { KeyId } = keyOf('RSA_2048');
  const Message = Buffer.from('m');
  const rsa = algorithms.map(([name]) => name).filter((name) => name.startsWith('RSA'));
  for (const SigningAlgorithm of rsa) {
    const { Signature } = await kms.call('Sign', { KeyId, Message, SigningAlgorithm });
    const accepting: string[] = [];
    for (const judged of rsa) {
      const { status } = await kms.call('Verify', { KeyId, Message, Signature, SigningAlgorithm: judged });
      if (status === 200) accepting.push(judged);
    }
    expect(accepting).toEqual([SigningAlgorithm]);
  }
});

it.each([
  ['ECDSA_SHA_384', 'ECC_NIST_P256'],
  ['ECDSA_SHA_256', 'ECC_NIST_P521'],
  ['RSASSA_PSS_SHA_256', 'ECC_NIST_P256'],
  ['ECDSA_SHA_256', 'RSA_2048'],
  ['SM2DSA', 'ECC_NIST_P256'],
  ['ML_DSA_SHAKE_256', 'ECC_NIST_P256'],
  ['ED25519_SHA_512', 'ECC_NIST_P256'],
])('refuses %s with %s', async (SigningAlgorithm, KeySpec) => {
  const { KeyId } = keyOf(KeySpec);
  const error = refusal(
    'InvalidKeyUsageException',
    `Algorithm ${SigningAlgorithm} is incompatible with key spec ${KeySpec}.`,
  );
  const Message = Buffer.from('m');
  expect(await kms.call('Sign', { KeyId, Message, SigningAlgorithm })).toMatchObject(error);
  const Signature = Buffer.of(1);
  expect(await kms.call('Verify', { KeyId, Message, SigningAlgorithm, Signature })).toMatchObject(error);
});
