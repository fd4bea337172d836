import { randomBytes } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import { everyAlgorithm } from '../../lambdas/every-algorithm.ts';
import { newKeyring } from '../../lambdas/keyring.ts';
import type { Keyring, Recipients } from '../../lambdas/pipeline/ports.ts';
import { newRecipients } from '../../lambdas/recipients.ts';
import { newRootKeys } from '../../local/root-keys.ts';
import { newDocument, newTestAuthority } from '../attestation.ts';
import { newService, type Service } from '../service.ts';

let kms: Service;
/** Bytes that went through the service: random ones it drew, plaintexts it was given or found. */
let drawn: Buffer[];
let plaintexts: Uint8Array[];

const start = async (recipients?: Recipients) => {
  drawn = [];
  plaintexts = [];
  const random = (size: number) => {
    const bytes = randomBytes(size);
    drawn.push(bytes);
    return bytes;
  };
  const keyring = newKeyring(newRootKeys(), randomBytes, everyAlgorithm);
  const watched: Keyring = {
    ...keyring,
    use(key, keys) {
      const used = keyring.use(key, keys);
      return {
        ...used,
        encrypt: (plaintext, ...rest) => {
          plaintexts.push(plaintext);
          return used.encrypt(plaintext, ...rest);
        },
        decrypt: async (...given) => {
          const decrypted = await used.decrypt(...given);
          plaintexts.push(decrypted.Plaintext);
          return decrypted;
        },
      };
    },
  };
  kms = await newService({ random, keyring: watched, recipients });
};
afterEach(() => kms.close());

const zero = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);
const Plaintext = Buffer.from('attack at dawn');

it('zeroes a plaintext once it is encrypted', async () => {
  await start();
  const { KeyId } = await kms.newKey();
  expect(await kms.call('Encrypt', { KeyId, Plaintext })).toMatchObject({ status: 200 });
  expect(plaintexts).toHaveLength(1);
  expect(plaintexts.every(zero)).toBe(true);
});

it('zeroes a plaintext that was decrypted, and yet answers with it', async () => {
  await start();
  const { KeyId } = await kms.newKey();
  const { CiphertextBlob } = await kms.call('Encrypt', { KeyId, Plaintext });
  plaintexts = [];
  expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({ Plaintext: Plaintext.toString('base64') });
  expect(plaintexts.map((bytes) => bytes.length)).toEqual([Plaintext.length]);
  expect(plaintexts.every(zero)).toBe(true);
});

it('zeroes the plaintext between the two halves of ReEncrypt, also when the second fails', async () => {
  await start();
  const [source, rsa] = [await kms.newKey(), await kms.newKey({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' })];
  const { CiphertextBlob } = await kms.call('Encrypt', { KeyId: source.KeyId, Plaintext: randomBytes(300) });
  plaintexts = [];
  const DestinationEncryptionAlgorithm = 'RSAES_OAEP_SHA_256';
  const tooLong = { CiphertextBlob, DestinationKeyId: rsa.KeyId, DestinationEncryptionAlgorithm };
  expect(await kms.call('ReEncrypt', tooLong)).toMatchObject({ __type: 'ValidationException' });
  expect(plaintexts).toHaveLength(2);
  expect(plaintexts.every(zero)).toBe(true);
});

it.each([
  ['GenerateDataKey', { KeySpec: 'AES_256' }],
  ['GenerateDataKey', { KeySpec: 'AES_256', DryRun: true }],
  ['GenerateDataKeyWithoutPlaintext', { KeySpec: 'AES_256' }],
  ['GenerateRandom', { NumberOfBytes: 32 }],
] as const)('zeroes the bytes that %s made with %j', async (name, parameters) => {
  await start();
  const { KeyId } = await kms.newKey();
  drawn = [];
  await kms.call(name, { KeyId, ...parameters });
  const made = drawn.filter(({ length }) => length === 32);
  expect(made).toHaveLength(1);
  expect(made.every(zero)).toBe(true);
});

it('zeroes what is told to a recipient alone, and the key that it is encrypted under', async () => {
  const authority = await newTestAuthority();
  await start(newRecipients(authority.root.pem, (size) => kms.runtime.random(size)));
  const AttestationDocument = await newDocument(authority);
  const Recipient = { KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256', AttestationDocument };
  drawn = [];
  expect(await kms.call('GenerateRandom', { NumberOfBytes: 33, Recipient })).toMatchObject({ status: 200 });
  const secrets = drawn.filter(({ length }) => length >= 32);
  expect(secrets.map(({ length }) => length)).toEqual([33, 32]);
  expect(secrets.every(zero)).toBe(true);
});

it.each(['GenerateDataKeyPair', 'GenerateDataKeyPairWithoutPlaintext'] as const)(
  'zeroes the private key that %s made',
  async (name) => {
    await start();
    const { KeyId } = await kms.newKey();
    expect(await kms.call(name, { KeyId, KeyPairSpec: 'ECC_NIST_P256' })).toMatchObject({ status: 200 });
    expect(plaintexts).toHaveLength(1);
    expect(plaintexts.every(zero)).toBe(true);
  },
);

it('zeroes a plaintext whose call was refused', async () => {
  await start();
  const { KeyId } = await kms.newKey();
  const EncryptionContext = { a: 'b' };
  const rsa = await kms.newKey({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' });
  const refused = { KeyId: rsa.KeyId, Plaintext, EncryptionContext, EncryptionAlgorithm: 'RSAES_OAEP_SHA_1' };
  expect(await kms.call('Encrypt', refused)).toMatchObject({ __type: 'ValidationException' });
  expect(await kms.call('Encrypt', { KeyId, Plaintext, DryRun: true })).toMatchObject({ status: 400 });
  expect(plaintexts).toHaveLength(2);
  expect(plaintexts.every(zero)).toBe(true);
});
