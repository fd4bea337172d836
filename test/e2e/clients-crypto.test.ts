import {
  constants,
  createHash,
  createPublicKey,
  type KeyObject,
  publicEncrypt,
  verify as verifySignature,
} from 'node:crypto';
import {
  CreateKeyCommand,
  type CreateKeyCommandInput,
  DecryptCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  GenerateMacCommand,
  GenerateRandomCommand,
  GetPublicKeyCommand,
  InvalidCiphertextException,
  type KMSClient,
  KMSInvalidMacException,
  KMSInvalidSignatureException,
  ReEncryptCommand,
  SignCommand,
  type SigningAlgorithmSpec,
  VerifyCommand,
  VerifyMacCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newFolder, removeFolders } from './folders.ts';
import { sdkClient } from './sdk-client.ts';
import { killAll, type RunningKms, startKms } from './start-kms.ts';

const Plaintext = Buffer.from('attack at dawn');
const EncryptionContext = { tenant: '42', purpose: 'e2e' };

describe('cryptography through the AWS SDK for JavaScript', () => {
  let service: RunningKms;
  let kms: KMSClient;

  beforeAll(async () => {
    service = await startKms({ data: await newFolder() });
    kms = await sdkClient(service);
  }, 20_000);
  afterAll(async () => {
    kms?.destroy();
    await killAll();
    await removeFolders();
  });

  const newKey = async (input: CreateKeyCommandInput = {}) => {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand(input));
    return { KeyId: KeyMetadata?.KeyId ?? '', Arn: KeyMetadata?.Arn ?? '' };
  };
  const encrypt = async (KeyId: string) =>
    (await kms.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext }))).CiphertextBlob;

  it('decrypts what it encrypted under a context, and nothing under another', async () => {
    const { KeyId, Arn } = await newKey();
    const CiphertextBlob = await encrypt(KeyId);
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
    expect(opened.KeyId).toBe(Arn);
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext);
    for (const wrong of [undefined, {}, { ...EncryptionContext, tenant: '43' }]) {
      const refused = kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: wrong }));
      await expect(refused).rejects.toBeInstanceOf(InvalidCiphertextException);
    }
  });

  it('makes data keys whose encrypted copy opens to the plain one', async () => {
    const { KeyId } = await newKey();
    const made = await kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256', EncryptionContext }));
    expect(made.Plaintext).toHaveLength(32);
    const { CiphertextBlob } = made;
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
    expect(opened.Plaintext).toEqual(made.Plaintext);

    const closed = await kms.send(new GenerateDataKeyWithoutPlaintextCommand({ KeyId, NumberOfBytes: 77 }));
    expect(closed).not.toHaveProperty('Plaintext');
    expect((await kms.send(new DecryptCommand({ CiphertextBlob: closed.CiphertextBlob }))).Plaintext).toHaveLength(77);
  });

  it('re-encrypts under another key and context', async () => {
    const [from, to] = [await newKey(), await newKey()];
    const moved = await kms.send(
      new ReEncryptCommand({
        CiphertextBlob: await encrypt(from.KeyId),
        SourceEncryptionContext: EncryptionContext,
        DestinationKeyId: to.KeyId,
        DestinationEncryptionContext: { moved: 'yes' },
      }),
    );
    expect(moved).toMatchObject({ SourceKeyId: from.Arn, KeyId: to.Arn });
    const { CiphertextBlob } = moved;
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: { moved: 'yes' } }));
    expect(opened.KeyId).toBe(to.Arn);
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext);
  });

  const publicKeyOf = async (KeyId: string): Promise<KeyObject> => {
    const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId }));
    return createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
  };
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

  it.each([
    ['RSA_2048', 'RSASSA_PSS_SHA_256', 'sha256', pss],
    ['RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_512', 'sha512', {}],
    ['ECC_NIST_P256', 'ECDSA_SHA_256', 'sha256', {}],
    ['ECC_NIST_P521', 'ECDSA_SHA_512', 'sha512', {}],
    ['ECC_SECG_P256K1', 'ECDSA_SHA_256', 'sha256', {}],
  ] as const)(
    'signs with %s and %s, message or digest, so that OpenSSL agrees',
    async (KeySpec, algorithm, hash, options) => {
      const { KeyId } = await newKey({ KeySpec, KeyUsage: 'SIGN_VERIFY' });
      const publicKey = await publicKeyOf(KeyId);
      const SigningAlgorithm: SigningAlgorithmSpec = algorithm;
      const raw = { KeyId, SigningAlgorithm, Message: Plaintext, MessageType: 'RAW' } as const;
      const digest = { ...raw, Message: createHash(hash).update(Plaintext).digest(), MessageType: 'DIGEST' } as const;
      for (const given of [raw, digest]) {
        const { Signature = new Uint8Array() } = await kms.send(new SignCommand(given));
        expect(verifySignature(hash, Plaintext, { key: publicKey, ...options }, Signature), given.MessageType).toBe(
          true,
        );
        for (const asked of [raw, digest]) {
          expect((await kms.send(new VerifyCommand({ ...asked, Signature }))).SignatureValid).toBe(true);
        }
        const other = kms.send(new VerifyCommand({ ...raw, Message: Buffer.from('attack at dusk'), Signature }));
        await expect(other).rejects.toBeInstanceOf(KMSInvalidSignatureException);
      }
    },
  );

  it('decrypts what OpenSSL encrypted with the public key', async () => {
    const { KeyId } = await newKey({ KeySpec: 'RSA_3072', KeyUsage: 'ENCRYPT_DECRYPT' });
    const key = await publicKeyOf(KeyId);
    const CiphertextBlob = publicEncrypt({ key, oaepHash: 'sha256' }, Plaintext);
    const opened = await kms.send(
      new DecryptCommand({ KeyId, CiphertextBlob, EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' }),
    );
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext);
  });

  it('makes MACs, and knows its own', async () => {
    const { KeyId } = await newKey({ KeySpec: 'HMAC_384', KeyUsage: 'GENERATE_VERIFY_MAC' });
    const of = { KeyId, MacAlgorithm: 'HMAC_SHA_384', Message: Plaintext } as const;
    const { Mac = new Uint8Array() } = await kms.send(new GenerateMacCommand(of));
    expect(Mac).toHaveLength(48);
    expect((await kms.send(new VerifyMacCommand({ ...of, Mac }))).MacValid).toBe(true);
    const turned = Mac.with(0, (Mac[0] ?? 0) ^ 1);
    await expect(kms.send(new VerifyMacCommand({ ...of, Mac: turned }))).rejects.toBeInstanceOf(KMSInvalidMacException);
  });

  it('gives random bytes, other ones each time', async () => {
    const draw = async () => (await kms.send(new GenerateRandomCommand({ NumberOfBytes: 32 }))).Plaintext;
    const [first, second] = [await draw(), await draw()];
    expect(first).toHaveLength(32);
    expect(first).not.toEqual(second);
  });
});
