import {
  constants,
  createHmac,
  generateKeyPairSync,
  type KeyObject,
  publicEncrypt,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bringing, forEver, importing } from '../importing.ts';
import { newService, type Service } from '../service.ts';

/** The client made the key with OpenSSL, has used it before, and goes on using it outside. */
let kms: Service;
beforeAll(async () => {
  kms = await newService();
});
afterAll(() => kms.close());

const Message = Buffer.from('made outside');
const pkcs8 = (key: KeyObject) => key.export({ format: 'der', type: 'pkcs8' });
const spki = (key: KeyObject) => key.export({ format: 'der', type: 'spki' }).toString('base64');
const external = (KeySpec: string, KeyUsage: string) => kms.newKey({ Origin: 'EXTERNAL', KeySpec, KeyUsage });

describe.each([224, 256, 384, 512])('an HMAC key of %i bits', (bits) => {
  it('makes the codes that its owner makes, and knows them', async () => {
    const { KeyId } = await external(`HMAC_${bits}`, 'GENERATE_VERIFY_MAC');
    const secret = randomBytes(bits / 8);
    expect(await importing(kms, KeyId, secret)).toMatchObject({ status: 200 });
    const mac = createHmac(`sha${bits}`, secret).update(Message).digest();
    const asked = { KeyId, Message, MacAlgorithm: `HMAC_SHA_${bits}` };
    expect(await kms.call('GenerateMac', asked)).toMatchObject({ Mac: mac.toString('base64') });
    expect(await kms.call('VerifyMac', { ...asked, Mac: mac })).toMatchObject({ MacValid: true });
  });
});

describe.each([
  ['RSA_2048', 2048, 'RSA_AES_KEY_WRAP_SHA_256', 'RSA_3072'],
  ['RSA_3072', 3072, 'RSA_AES_KEY_WRAP_SHA_1', 'RSA_2048'],
  ['RSA_4096', 4096, 'RSA_AES_KEY_WRAP_SHA_256', 'RSA_2048'],
] as const)('a key %s', (KeySpec, modulusLength, algorithm, wrappingKeySpec) => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength });

  it('decrypts what was encrypted before it was imported', async () => {
    const { KeyId } = await external(KeySpec, 'ENCRYPT_DECRYPT');
    const brought = await bringing(kms, KeyId, pkcs8(privateKey), algorithm, wrappingKeySpec);
    expect(await kms.call('ImportKeyMaterial', { ...brought, ...forEver })).toMatchObject({ status: 200 });
    const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
    const CiphertextBlob = publicEncrypt({ key: publicKey, ...padding }, Message);
    expect(
      await kms.call('Decrypt', { KeyId, CiphertextBlob, EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' }),
    ).toMatchObject({ Plaintext: Message.toString('base64') });
    expect(await kms.call('GetPublicKey', { KeyId })).toMatchObject({ PublicKey: spki(publicKey) });
  });

  it('signs so that its owner can verify', async () => {
    const { KeyId } = await external(KeySpec, 'SIGN_VERIFY');
    const brought = await bringing(kms, KeyId, pkcs8(privateKey), algorithm, wrappingKeySpec);
    await kms.call('ImportKeyMaterial', { ...brought, ...forEver });
    const SigningAlgorithm = 'RSASSA_PKCS1_V1_5_SHA_256';
    const { Signature } = await kms.call('Sign', { KeyId, Message, SigningAlgorithm });
    expect(verify('sha256', Message, publicKey, Buffer.from(Signature, 'base64'))).toBe(true);
  });
});

describe.each([
  ['ECC_NIST_P256', 'prime256v1', 256, 'RSAES_OAEP_SHA_256', 'RSA_2048'],
  ['ECC_NIST_P256', 'prime256v1', 256, 'RSA_AES_KEY_WRAP_SHA_1', 'RSA_2048'],
  ['ECC_NIST_P384', 'secp384r1', 384, 'RSAES_OAEP_SHA_1', 'RSA_2048'],
  ['ECC_NIST_P521', 'secp521r1', 512, 'RSAES_OAEP_SHA_256', 'RSA_3072'],
  ['ECC_NIST_P521', 'secp521r1', 512, 'RSA_AES_KEY_WRAP_SHA_256', 'RSA_2048'],
  ['ECC_SECG_P256K1', 'secp256k1', 256, 'RSAES_OAEP_SHA_256', 'RSA_4096'],
] as const)('a key %s', (KeySpec, namedCurve, hashBits, algorithm, wrappingKeySpec) => {
  it(`that came by ${algorithm} signs and verifies as its owner does`, async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve });
    const { KeyId } = await external(KeySpec, 'SIGN_VERIFY');
    const brought = await bringing(kms, KeyId, pkcs8(privateKey), algorithm, wrappingKeySpec);
    expect(await kms.call('ImportKeyMaterial', { ...brought, ...forEver })).toMatchObject({ status: 200 });
    const asked = { KeyId, Message, SigningAlgorithm: `ECDSA_SHA_${hashBits}` };
    const { Signature } = await kms.call('Sign', asked);
    expect(verify(`sha${hashBits}`, Message, publicKey, Buffer.from(Signature, 'base64'))).toBe(true);
    const Outside = sign(`sha${hashBits}`, Message, privateKey);
    expect(await kms.call('Verify', { ...asked, Signature: Outside })).toMatchObject({ SignatureValid: true });
    expect(await kms.call('GetPublicKey', { KeyId })).toMatchObject({ PublicKey: spki(publicKey) });
  });
});

describe('a symmetric key', () => {
  it('decrypts what it encrypted, and not what another key with the same material did', async () => {
    const material = randomBytes(32);
    const [one, two] = [await kms.newKey({ Origin: 'EXTERNAL' }), await kms.newKey({ Origin: 'EXTERNAL' })];
    const [first, second] = [await importing(kms, one.KeyId, material), await importing(kms, two.KeyId, material)];
    expect(first.KeyMaterialId).not.toBe(second.KeyMaterialId);
    const { CiphertextBlob } = await kms.call('Encrypt', { KeyId: one.KeyId, Plaintext: Message });
    expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({
      Plaintext: Message.toString('base64'),
      KeyMaterialId: first.KeyMaterialId,
    });
    expect(await kms.call('Decrypt', { CiphertextBlob, KeyId: two.KeyId })).toMatchObject({
      __type: 'IncorrectKeyException',
    });
  });
});

describe.each([
  ['HMAC_256', 'GENERATE_VERIFY_MAC', () => randomBytes(32)],
  ['ECC_NIST_P256', 'SIGN_VERIFY', () => pkcs8(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey)],
] as const)('a key %s', (KeySpec, KeyUsage, make) => {
  it('has one material for ever, also after it was deleted', async () => {
    const { KeyId } = await external(KeySpec, KeyUsage);
    const material = make();
    await importing(kms, KeyId, material);
    const id = (await kms.stores.keys.get(KeyId))?.currentKeyMaterialId;
    const message = `Imported key material does not have the expected identifier (${id}).`;
    const refused = { status: 400, __type: 'IncorrectKeyMaterialException', message };
    expect(await importing(kms, KeyId, make())).toMatchObject(refused);
    expect(await importing(kms, KeyId, material)).toMatchObject({ status: 200 });
    await kms.call('DeleteImportedKeyMaterial', { KeyId });
    expect(await importing(kms, KeyId, make())).toMatchObject(refused);
    expect(await importing(kms, KeyId, material)).toMatchObject({ status: 200 });
    expect((await kms.call('DescribeKey', { KeyId })).KeyMetadata).toMatchObject({ KeyState: 'Enabled' });
  });

  it.each([
    ['importType', { ImportType: 'NEW_KEY_MATERIAL' }],
    ['importType', { ImportType: 'EXISTING_KEY_MATERIAL' }],
    ['keyMaterialId', { KeyMaterialId: '0'.repeat(64) }],
    ['keyMaterialDescription', { KeyMaterialDescription: 'mine' }],
  ])('takes no %s: %j', async (name, members) => {
    const { KeyId } = await external(KeySpec, KeyUsage);
    const message = `Input parameter ${name} cannot be used with ${KeySpec} imported keys.`;
    const refused = { status: 400, __type: 'ValidationException', message };
    expect(await importing(kms, KeyId, make(), { ...forEver, ...members })).toMatchObject(refused);
  });

  it('shows no id of its material, in no answer and no record', async () => {
    const { KeyId, Arn } = await external(KeySpec, KeyUsage);
    const { requestId: _, ...imported } = await importing(kms, KeyId, make());
    expect(imported).toEqual({ status: 200, KeyId: Arn });
    expect((await kms.call('DescribeKey', { KeyId })).KeyMetadata).not.toHaveProperty('CurrentKeyMaterialId');
    const { requestId: __, ...deleted } = await kms.call('DeleteImportedKeyMaterial', { KeyId });
    expect(deleted).toEqual({ status: 200, KeyId: Arn });
    const answers = kms.audited.filter(({ responseElements }) => responseElements);
    expect(answers.slice(-2).map(({ responseElements }) => responseElements)).toEqual([{ keyId: Arn }, { keyId: Arn }]);
  });
});

it('shows the public key of an imported pair only while its private half is there', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const { KeyId, Arn } = await external('ECC_NIST_P256', 'SIGN_VERIFY');
  const refused = { status: 400, __type: 'KMSInvalidStateException', message: `${Arn} is pending import.` };
  const shown = { status: 200, PublicKey: spki(publicKey) };
  expect(await kms.call('GetPublicKey', { KeyId })).toMatchObject(refused);
  await importing(kms, KeyId, pkcs8(privateKey));
  expect(await kms.call('GetPublicKey', { KeyId })).toMatchObject(shown);
  await kms.call('DeleteImportedKeyMaterial', { KeyId });
  expect(await kms.call('GetPublicKey', { KeyId })).toMatchObject(refused);
  const asked = { KeyId, Message, SigningAlgorithm: 'ECDSA_SHA_256' };
  expect(await kms.call('Sign', asked)).toMatchObject(refused);
  await importing(kms, KeyId, pkcs8(privateKey));
  expect(await kms.call('GetPublicKey', { KeyId })).toMatchObject(shown);
});
