import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { everyAlgorithm } from '../../lambdas/every-algorithm.ts';
import { newKeyring } from '../../lambdas/keyring.ts';
import { newRootKeys } from '../../local/root-keys.ts';
import { bringing, forEver, wrapAsClient } from '../importing.ts';
import { putInState } from '../requests.ts';
import { newService, type Service } from '../service.ts';

let kms: Service;
let KeyId: string;
let Arn: string;
beforeAll(async () => {
  kms = await newService();
});
afterAll(() => kms.close());
beforeEach(async () => {
  ({ KeyId, Arn } = await kms.newKey({ Origin: 'EXTERNAL' }));
});

const oaep = ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'];
const kwp = ['RSA_AES_KEY_WRAP_SHA_1', 'RSA_AES_KEY_WRAP_SHA_256'];
const refusal = (__type: string, message?: string) => ({ status: 400, __type, ...(message && { message }) });
const unfit = (algorithm: unknown, wrappingKey: string, KeySpec: string) =>
  refusal(
    'ValidationException',
    `Wrapping algorithm ${algorithm} and wrapping key spec ${wrappingKey} cannot be used to import a ${KeySpec} key.`,
  );
const parameters = (WrappingAlgorithm = 'RSAES_OAEP_SHA_256', WrappingKeySpec = 'RSA_2048', id = KeyId) =>
  kms.call('GetParametersForImport', { KeyId: id, WrappingAlgorithm, WrappingKeySpec });
const importWith = (members: object) => kms.call('ImportKeyMaterial', { KeyId, ...forEver, ...members });

describe('GetParametersForImport', () => {
  it.each([2048, 3072, 4096])('gives an RSA key of %i bits and a token of at most 6,144 bytes', async (bits) => {
    const { requestId: _, PublicKey, ImportToken, ...rest } = await parameters('RSAES_OAEP_SHA_1', `RSA_${bits}`);
    expect(rest).toEqual({ status: 200, KeyId: Arn, ParametersValidTo: kms.now().getTime() / 1000 + 86_400 });
    const der = Buffer.from(PublicKey, 'base64');
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    expect(key.asymmetricKeyDetails).toEqual({ modulusLength: bits, publicExponent: 65_537n });
    expect(key.export({ format: 'der', type: 'spki' })).toEqual(der);
    expect(Buffer.from(ImportToken, 'base64').length).toBeLessThanOrEqual(6144);
  });

  it('gives a pair of its own with each call', async () => {
    const [first, second] = [await parameters(), await parameters()];
    expect(first.PublicKey).not.toBe(second.PublicKey);
    expect(first.ImportToken).not.toBe(second.ImportToken);
  });

  it('shows nothing of the private key in its token', async () => {
    const { ImportToken } = await parameters();
    const token = Buffer.from(ImportToken, 'base64');
    // Each RSA key in PKCS#8 has this in it.
    expect(token.includes(Buffer.from('06092a864886f70d010101', 'hex'))).toBe(false);
  });

  it.each([
    ['SYMMETRIC_DEFAULT', undefined, oaep],
    ['HMAC_512', 'GENERATE_VERIFY_MAC', oaep],
    ['ECC_NIST_P256', 'SIGN_VERIFY', [...oaep, ...kwp]],
    ['ECC_SECG_P256K1', 'SIGN_VERIFY', [...oaep, ...kwp]],
    ['RSA_2048', 'SIGN_VERIFY', kwp],
    ['RSA_4096', 'ENCRYPT_DECRYPT', kwp],
  ])('takes for %s %s only the algorithms of the guide', async (KeySpec, KeyUsage, taken) => {
    const key = await kms.newKey({ Origin: 'EXTERNAL', KeySpec, KeyUsage });
    for (const algorithm of ['RSAES_PKCS1_V1_5', ...oaep, ...kwp, 'SM2PKE']) {
      const expected = taken.includes(algorithm) ? { status: 200 } : unfit(algorithm, 'RSA_2048', KeySpec);
      expect(await parameters(algorithm, 'RSA_2048', key.KeyId)).toMatchObject(expected);
    }
    expect(await parameters(taken[0], 'SM2', key.KeyId)).toMatchObject(unfit(taken[0], 'SM2', KeySpec));
  });

  it.each([
    'ECC_NIST_P521', // which 2,048 bits cannot hold
    'ECC_NIST_EDWARDS25519', // which they can, and yet AWS refuses it
  ])('refuses OAEP under 2,048 bits for %s', async (KeySpec) => {
    const key = await kms.newKey({ Origin: 'EXTERNAL', KeySpec, KeyUsage: 'SIGN_VERIFY' });
    for (const algorithm of oaep) {
      const refused = unfit(algorithm, 'RSA_2048', KeySpec);
      expect(await parameters(algorithm, 'RSA_2048', key.KeyId)).toMatchObject(refused);
      expect(await parameters(algorithm, 'RSA_3072', key.KeyId)).toMatchObject({ status: 200 });
    }
    expect(await parameters(kwp[0], 'RSA_2048', key.KeyId)).toMatchObject({ status: 200 });
  });

  it('lets other calls go on while it makes a key', async () => {
    const making = await newService({ keyring: newKeyring(newRootKeys(), randomBytes, everyAlgorithm) });
    const { KeyId } = await making.newKey({ Origin: 'EXTERNAL' });
    let answered = false;
    const asked = { KeyId, WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_4096' };
    const made = making.call('GetParametersForImport', asked).then(() => {
      answered = true;
    });
    await making.call('DescribeKey', { KeyId });
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    await made;
    await making.close();
  });
});

describe('a key whose material was made here', () => {
  it.each([
    ['GetParametersForImport', { WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' }],
    ['ImportKeyMaterial', { ImportToken: Buffer.of(1), EncryptedKeyMaterial: Buffer.of(1), ...forEver }],
    ['DeleteImportedKeyMaterial', {}],
  ] as const)('is refused by %s for its origin', async (name, members) => {
    const own = await kms.newKey();
    const message = `${own.Arn} origin is AWS_KMS which is not valid for this operation.`;
    const refused = refusal('UnsupportedOperationException', message);
    for (const state of ['Enabled', 'Disabled', 'PendingDeletion'] as const) {
      await putInState(kms, own.KeyId, state);
      expect(await kms.call(name, { KeyId: own.KeyId, ...members })).toMatchObject(refused);
    }
  });
});

describe('the token', () => {
  it('is refused with any byte of it changed, cut short, or made up', async () => {
    const { ImportToken, ...rest } = await bringing(kms, KeyId, randomBytes(32));
    const token = Buffer.from(String(ImportToken), 'base64');
    const refused = refusal('InvalidImportTokenException');
    for (const at of [0, 1, 4, 5, 16, 17, 25, 26, 200, token.length - 1]) {
      const changed = Buffer.from(token);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(await importWith({ ...rest, ImportToken: changed })).toMatchObject(refused);
    }
    for (const length of [1, 5, 17, 18, 40, token.length - 1]) {
      expect(await importWith({ ...rest, ImportToken: token.subarray(0, length) })).toMatchObject(refused);
    }
    expect(await importWith({ ...rest, ImportToken: randomBytes(6144) })).toMatchObject(refused);
    expect(await importWith({ ...rest, ImportToken: token })).toMatchObject({ status: 200 });
    expect(kms.logged).toEqual([]);
  });

  it('is for the one key it was made for', async () => {
    const other = await kms.newKey({ Origin: 'EXTERNAL' });
    const brought = await bringing(kms, other.KeyId, randomBytes(32));
    expect(await importWith({ ...brought, KeyId })).toMatchObject(refusal('InvalidImportTokenException'));
  });

  it('belongs to its public key: material wrapped with another does not unwrap', async () => {
    const [first, second] = [await parameters(), await parameters()];
    const EncryptedKeyMaterial = wrapAsClient(first.PublicKey, 'RSAES_OAEP_SHA_256', randomBytes(32));
    expect(await importWith({ ImportToken: second.ImportToken, EncryptedKeyMaterial })).toMatchObject(
      refusal('InvalidCiphertextException'),
    );
  });

  it('holds the algorithm: material wrapped with another does not unwrap', async () => {
    const { PublicKey, ImportToken } = await parameters('RSAES_OAEP_SHA_256');
    const EncryptedKeyMaterial = wrapAsClient(PublicKey, 'RSAES_OAEP_SHA_1', randomBytes(32));
    expect(await importWith({ ImportToken, EncryptedKeyMaterial })).toMatchObject(
      refusal('InvalidCiphertextException'),
    );
  });

  it('is valid for 24 hours, as often as it is wanted, and not a millisecond longer', async () => {
    const brought = await bringing(kms, KeyId, randomBytes(32));
    kms.moveClock(86_400 - 0.001);
    expect(await importWith(brought)).toMatchObject({ status: 200 });
    expect(await importWith(brought)).toMatchObject({ status: 200 });
    kms.moveClock(0.001);
    expect(await importWith(brought)).toMatchObject(refusal('ExpiredImportTokenException'));
  });
});

describe('material', () => {
  it.each([
    [oaep[1], -1],
    [oaep[1], 1],
    [kwp[1], -40],
    [kwp[1], -41],
  ])('wrapped with %s is refused with %i bytes more', async (algorithm, more) => {
    const key = await kms.newKey({ Origin: 'EXTERNAL', KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    const brought = await bringing(kms, key.KeyId, randomBytes(32), algorithm);
    const wrapped = brought.EncryptedKeyMaterial as Buffer; // `bringing` gives it so
    const EncryptedKeyMaterial = Buffer.concat([wrapped, Buffer.alloc(1)]).subarray(0, wrapped.length + more);
    expect(await importWith({ ...brought, EncryptedKeyMaterial })).toMatchObject(
      refusal('ValidationException', 'Invalid encrypted key size.'),
    );
  });

  it.each([0, 16, 31, 33, 64])('of %i bytes is none of a symmetric key', async (length) => {
    const { requestId: _, ...answer } = await importWith(await bringing(kms, KeyId, randomBytes(length)));
    expect(answer).toEqual(refusal('InvalidCiphertextException'));
    expect((await kms.call('DescribeKey', { KeyId })).KeyMetadata.KeyState).toBe('PendingImport');
  });

  it('of 27 bytes is none of HMAC_224', async () => {
    const key = await kms.newKey({ Origin: 'EXTERNAL', KeySpec: 'HMAC_224', KeyUsage: 'GENERATE_VERIFY_MAC' });
    const brought = await bringing(kms, key.KeyId, randomBytes(27));
    expect(await importWith(brought)).toMatchObject(refusal('InvalidCiphertextException'));
  });

  it.each([
    ['of another curve', 'ec', { namedCurve: 'secp384r1' }],
    ['of RSA', 'rsa', { modulusLength: 2048 }],
  ])('%s is none of a key on P-256', async (_, type, options) => {
    const key = await kms.newKey({ Origin: 'EXTERNAL', KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    const pair = generateKeyPairSync(type as 'ec', options as { namedCurve: string }); // one of the two above
    const pkcs8 = pair.privateKey.export({ format: 'der', type: 'pkcs8' });
    const brought = await bringing(kms, key.KeyId, pkcs8, 'RSA_AES_KEY_WRAP_SHA_256');
    expect(await importWith({ ...brought })).toMatchObject(refusal('InvalidCiphertextException'));
  });
});
