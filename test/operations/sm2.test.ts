import { createHash, diffieHellman, generateKeyPairSync, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeOpenSsl } from '../core/crypto/openssl.ts';
import { bringing, forEver } from '../importing.ts';
import { newService, type Service } from '../service.ts';

/** SM2 is offered in China alone; the client is the openssl command, or node:crypto where it knows the curve. */
let kms: Service;
beforeAll(async () => {
  kms = await newService({ region: 'cn-north-1' });
});
afterAll(() => kms.close());

const KeySpec = 'SM2';
const namedCurve = 'SM2'; // as OpenSSL calls it
const newKey = async (KeyUsage: string) => {
  const key = await kms.newKey({ KeySpec, KeyUsage });
  const { PublicKey } = await kms.call('GetPublicKey', { KeyId: key.KeyId });
  return { ...key, spki: Buffer.from(PublicKey, 'base64') };
};
const refusal = (__type: string, message: string) => ({ status: 400, __type, message });

describe('for SIGN_VERIFY', () => {
  const SigningAlgorithm = 'SM2DSA';
  const Message = randomBytes(4096);
  const digest = createHash('sha256').update(Message).digest(); // any 32 bytes will do
  let key: Awaited<ReturnType<typeof newKey>>;
  beforeAll(async () => {
    key = await newKey('SIGN_VERIFY');
  });
  const call = (name: 'Sign' | 'Verify', parameters: object) =>
    kms.call(name, { KeyId: key.KeyId, SigningAlgorithm, ...parameters });

  it('shows the public key with its curve', async () => {
    const { PublicKey: _, ...rest } = await kms.call('GetPublicKey', { KeyId: key.KeyId });
    const about = { KeyId: key.Arn, KeySpec, CustomerMasterKeySpec: KeySpec, KeyUsage: 'SIGN_VERIFY' };
    expect(rest).toEqual({ status: 200, requestId: rest.requestId, ...about, SigningAlgorithms: ['SM2DSA'] });
    expect(key.spki.subarray(0, 27).toString('hex')).toBe('3059301306072a8648ce3d020106082a811ccf5501822d03420004');
  });

  it.each([
    ['RAW', { Message, MessageType: 'RAW' }],
    ['DIGEST', { Message: digest, MessageType: 'DIGEST' }],
  ])('verifies what it signed as %s, and nothing else', async (_, given) => {
    const { Signature } = await call('Sign', given);
    expect(await call('Verify', { ...given, Signature })).toMatchObject({ SignatureValid: true, SigningAlgorithm });
    const invalid = { status: 400, __type: 'KMSInvalidSignatureException' };
    const other = Buffer.from(Signature, 'base64');
    other[other.length - 1] = (other.at(-1) ?? 0) ^ 1;
    expect(await call('Verify', { ...given, Signature: other })).toMatchObject(invalid);
    expect(await call('Verify', { ...given, Message: randomBytes(32), Signature })).toMatchObject(invalid);
    const stranger = await newKey('SIGN_VERIFY');
    expect(await call('Verify', { ...given, Signature, KeyId: stranger.KeyId })).toMatchObject(invalid);
  });

  it.each(['Sign', 'Verify'] as const)('refuses in %s other message types and lengths of a digest', async (name) => {
    const wrongLength = refusal('ValidationException', 'Digest is invalid length for algorithm SM2DSA.');
    for (const length of [1, 31, 33, 64]) {
      const given = { Message: Buffer.alloc(length), MessageType: 'DIGEST', Signature: Buffer.of(1) };
      expect(await call(name, given)).toMatchObject(wrongLength);
    }
    const wrongType = refusal('ValidationException', 'Message type EXTERNAL_MU is incompatible with key spec SM2.');
    const given = { Message: Buffer.alloc(64), MessageType: 'EXTERNAL_MU', Signature: Buffer.of(1) };
    expect(await call(name, given)).toMatchObject(wrongType);
  });

  describeOpenSsl('beside openssl', ({ file, accepts, run }) => {
    const input = ['-rawin', '-digest', 'sm3', '-pkeyopt', 'distid:1234567812345678'];

    it('signs messages with the identity of AWS', async () => {
      const { Signature } = await call('Sign', { Message });
      const given = ['-in', file('message', Message), '-sigfile', file('signature', Buffer.from(Signature, 'base64'))];
      const verify = ['pkeyutl', '-verify', '-pubin', '-keyform', 'DER', '-inkey', file('public', key.spki)];
      expect(accepts(...verify, ...input, ...given)).toBe(true);
      expect(accepts(...verify, ...input, ...given, '-pkeyopt', 'distid:other')).toBe(false);
    });

    it('signs with a key that was brought from outside, and verifies as its owner does', async () => {
      const owner = generateKeyPairSync('ec', { namedCurve });
      const external = await kms.newKey({ KeySpec, KeyUsage: 'SIGN_VERIFY', Origin: 'EXTERNAL' });
      const material = owner.privateKey.export({ format: 'der', type: 'pkcs8' });
      const brought = await bringing(kms, external.KeyId, material);
      expect(await kms.call('ImportKeyMaterial', { ...brought, ...forEver })).toMatchObject({ status: 200 });
      const PublicKey = owner.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
      expect(await kms.call('GetPublicKey', { KeyId: external.KeyId })).toMatchObject({ PublicKey });
      const sign = ['pkeyutl', '-sign', '-keyform', 'DER', '-inkey', file('private', material)];
      const Signature = run(...sign, ...input, '-in', file('message', Message));
      const valid = { status: 200, SignatureValid: true };
      expect(await call('Verify', { KeyId: external.KeyId, Message, Signature })).toMatchObject(valid);
    });
  });
});

describe('for ENCRYPT_DECRYPT', () => {
  const EncryptionAlgorithm = 'SM2PKE';
  let key: Awaited<ReturnType<typeof newKey>>;
  beforeAll(async () => {
    key = await newKey('ENCRYPT_DECRYPT');
  });
  const call = (name: 'Encrypt' | 'Decrypt', parameters: object) =>
    kms.call(name, { KeyId: key.KeyId, EncryptionAlgorithm, ...parameters });

  it.each([1, 32, 1024])('decrypts the %i bytes that it encrypted, to other bytes each time', async (length) => {
    const Plaintext = randomBytes(length).toString('base64');
    const { CiphertextBlob, ...rest } = await call('Encrypt', { Plaintext });
    const about = { KeyId: key.Arn, EncryptionAlgorithm };
    expect(rest).toEqual({ status: 200, requestId: rest.requestId, ...about });
    const opened = await call('Decrypt', { CiphertextBlob });
    expect(opened).toEqual({ status: 200, requestId: opened.requestId, ...about, Plaintext });
    expect((await call('Encrypt', { Plaintext })).CiphertextBlob).not.toBe(CiphertextBlob);
  });

  it('refuses more than 1,024 bytes, in words of AWS', async () => {
    const message = 'Algorithm SM2PKE and key spec SM2 cannot encrypt data larger than 1024 bytes.';
    const tooLong = await call('Encrypt', { Plaintext: randomBytes(1025) });
    expect(tooLong).toMatchObject(refusal('ValidationException', message));
  });

  it('takes no encryption context, and no other algorithm', async () => {
    const Plaintext = Buffer.of(1);
    const withContext = await call('Encrypt', { Plaintext, EncryptionContext: { a: 'b' } });
    const noContext = 'EncryptionContext is not supported when encrypting/decrypting with asymmetric CMKs.';
    expect(withContext).toMatchObject(refusal('ValidationException', noContext));
    const message = 'Algorithm SYMMETRIC_DEFAULT is incompatible with key spec SM2.';
    const refused = refusal('InvalidKeyUsageException', message);
    expect(await kms.call('Encrypt', { KeyId: key.KeyId, Plaintext })).toMatchObject(refused);
  });

  it('opens nothing that was changed, or made for another key', async () => {
    const { CiphertextBlob } = await call('Encrypt', { Plaintext: randomBytes(32) });
    const changed = Buffer.from(CiphertextBlob, 'base64');
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    const stranger = await newKey('ENCRYPT_DECRYPT');
    const refused = { status: 400, __type: 'InvalidCiphertextException' };
    expect(await call('Decrypt', { CiphertextBlob: changed })).toMatchObject(refused);
    expect(await call('Decrypt', { CiphertextBlob: randomBytes(150) })).toMatchObject(refused);
    expect(await call('Decrypt', { CiphertextBlob, KeyId: stranger.KeyId })).toMatchObject(refused);
  });

  describeOpenSsl('beside openssl', ({ file, run }) => {
    it('decrypts what a client encrypted to the public key', async () => {
      const Plaintext = randomBytes(300);
      const encrypt = ['pkeyutl', '-encrypt', '-pubin', '-keyform', 'DER', '-inkey', file('public', key.spki)];
      const CiphertextBlob = run(...encrypt, '-in', file('plain', Plaintext));
      expect(await call('Decrypt', { CiphertextBlob })).toMatchObject({ Plaintext: Plaintext.toString('base64') });
    });
  });
});

describe('for KEY_AGREEMENT', () => {
  const derive = (KeyId: string, PublicKey: Uint8Array) =>
    kms.call('DeriveSharedSecret', { KeyId, KeyAgreementAlgorithm: 'ECDH', PublicKey });

  it('agrees with another key of the service', async () => {
    const [one, other] = [await newKey('KEY_AGREEMENT'), await newKey('KEY_AGREEMENT')];
    const { SharedSecret, ...rest } = await derive(one.KeyId, other.spki);
    const about = { KeyId: one.Arn, KeyAgreementAlgorithm: 'ECDH', KeyOrigin: 'AWS_KMS' };
    expect(rest).toEqual({ status: 200, requestId: rest.requestId, ...about });
    expect(Buffer.from(SharedSecret, 'base64')).toHaveLength(32);
    expect(await derive(other.KeyId, one.spki)).toMatchObject({ status: 200, SharedSecret });
  });

  it('agrees with a client on what OpenSSL finds', async () => {
    // node:crypto agrees only with keys that it made itself, so the service is given one of those.
    const [owner, peer] = [generateKeyPairSync('ec', { namedCurve }), generateKeyPairSync('ec', { namedCurve })];
    const { KeyId } = await kms.newKey({ KeySpec, KeyUsage: 'KEY_AGREEMENT', Origin: 'EXTERNAL' });
    const brought = await bringing(kms, KeyId, owner.privateKey.export({ format: 'der', type: 'pkcs8' }));
    expect(await kms.call('ImportKeyMaterial', { ...brought, ...forEver })).toMatchObject({ status: 200 });
    const secret = diffieHellman({ privateKey: peer.privateKey, publicKey: owner.publicKey });
    const answer = { status: 200, KeyOrigin: 'EXTERNAL', SharedSecret: secret.toString('base64') };
    expect(await derive(KeyId, peer.publicKey.export({ format: 'der', type: 'spki' }))).toMatchObject(answer);
  });

  it('refuses anything but a public key on its curve, and says nothing more', async () => {
    const { KeyId, spki } = await newKey('KEY_AGREEMENT');
    const offCurve = Buffer.from(spki);
    offCurve.writeUInt8(offCurve.readUInt8(spki.length - 1) ^ 1, spki.length - 1);
    const p256 = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey;
    for (const PublicKey of [offCurve, spki.subarray(1), Buffer.of(0), p256.export({ format: 'der', type: 'spki' })]) {
      const refused = await derive(KeyId, PublicKey);
      expect(refused).toEqual({ status: 400, __type: 'ValidationException', requestId: refused.requestId });
    }
  });
});

describe('as the key that wraps what is imported', () => {
  const asked = (KeyId: string, WrappingAlgorithm = 'SM2PKE', WrappingKeySpec = 'SM2') =>
    kms.call('GetParametersForImport', { KeyId, WrappingAlgorithm, WrappingKeySpec });
  const external = (parameters: object) => kms.newKey({ ...parameters, Origin: 'EXTERNAL' });

  describeOpenSsl('beside openssl', ({ file, run }) => {
    it.each([
      ['RSA_2048', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
      ['SM2', () => generateKeyPairSync('ec', { namedCurve })],
    ] as const)('brings the private key of %s', async (spec, generate) => {
      const { KeyId } = await external({ KeySpec: spec, KeyUsage: 'SIGN_VERIFY' });
      const { PublicKey, ImportToken } = await asked(KeyId);
      const pair = generate();
      const material = pair.privateKey.export({ format: 'der', type: 'pkcs8' });
      const inkey = file('wrapping', Buffer.from(PublicKey, 'base64'));
      const encrypt = ['pkeyutl', '-encrypt', '-pubin', '-keyform', 'DER', '-inkey', inkey];
      const EncryptedKeyMaterial = run(...encrypt, '-in', file('material', material));
      const brought = { KeyId, ImportToken, EncryptedKeyMaterial, ...forEver };
      const changed = Buffer.from(EncryptedKeyMaterial);
      changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
      const refused = await kms.call('ImportKeyMaterial', { ...brought, EncryptedKeyMaterial: changed });
      expect(refused).toMatchObject({ __type: 'InvalidCiphertextException' });
      expect(await kms.call('ImportKeyMaterial', brought)).toMatchObject({ status: 200 });
      const shown = await kms.call('GetPublicKey', { KeyId });
      expect(Buffer.from(shown.PublicKey, 'base64')).toEqual(pair.publicKey.export({ format: 'der', type: 'spki' }));
    });
  });

  it('goes with SM2PKE and with nothing else, and not for symmetric keys', async () => {
    const rsa = await external({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' });
    const symmetric = await external({});
    for (const answer of [
      await asked(rsa.KeyId, 'SM2PKE', 'RSA_2048'),
      await asked(rsa.KeyId, 'RSA_AES_KEY_WRAP_SHA_256', 'SM2'),
      await asked(symmetric.KeyId),
    ]) {
      expect(answer).toMatchObject({ status: 400, __type: 'ValidationException' });
    }
  });
});
