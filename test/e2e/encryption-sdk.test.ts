import {
  buildClient,
  CommitmentPolicy,
  cacheClients,
  getLocalCryptographicMaterialsCache,
  KMS,
  KmsKeyringNode,
  NodeCachingMaterialsManager,
} from '@aws-crypto/client-node';
import { CreateKeyCommand, DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newFolder, removeFolders } from './folders.ts';
import { sdkClient } from './sdk-client.ts';
import { killAll, type RunningKms, startKms } from './start-kms.ts';

type ClientProvider = NonNullable<NonNullable<ConstructorParameters<typeof KmsKeyringNode>[0]>['clientProvider']>;

const { encrypt, decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
const plaintext = Buffer.from('a long letter '.repeat(1000));
const encryptionContext = { tenant: '42', purpose: 'letter' };

describe('the AWS Encryption SDK for JavaScript', () => {
  let service: RunningKms;
  let kms: KMSClient;
  let far: KMSClient;
  /** Names of the commands its clients sent. */
  const sent: (string | undefined)[] = [];
  let clientProvider: ClientProvider;

  beforeAll(async () => {
    service = await startKms({ data: await newFolder() });
    [kms, far] = [await sdkClient(service), await sdkClient(service, { region: 'eu-west-1' })];
    const configuration = { endpoint: service.endpoint, credentials: await service.credentials() };
    const newClient = (region: string) => {
      const client = new KMS({ ...configuration, region });
      client.middlewareStack.add(
        (next, { commandName }) =>
          (args) => {
            sent.push(commandName);
            return next(args);
          },
        { step: 'initialize' },
      );
      return client;
    };
    // the two libraries differ only in whether `undefined` may be written out
    clientProvider = cacheClients(newClient as ClientProvider);
  }, 20_000);
  afterAll(async () => {
    kms?.destroy();
    far?.destroy();
    await killAll();
    await removeFolders();
  });

  const newKey = async (client: KMSClient) => (await client.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';

  it('calls through the SDK client that the other tests use, not a copy of its own', () => {
    expect(new KMS({ region: 'us-east-1' })).toBeInstanceOf(KMSClient);
  });

  it('opens a letter with either of two keyrings, in two Regions, and gives the context back', async () => {
    const [generatorKeyId, other] = [await newKey(kms), await newKey(far)];
    const keyring = new KmsKeyringNode({ generatorKeyId, keyIds: [other], clientProvider });
    sent.length = 0;
    const { result } = await encrypt(keyring, plaintext, { encryptionContext });
    expect(sent).toEqual(['GenerateDataKeyCommand', 'EncryptCommand']);

    for (const keyId of [generatorKeyId, other]) {
      const opened = await decrypt(new KmsKeyringNode({ keyIds: [keyId], clientProvider }), result);
      expect(opened.plaintext.equals(plaintext)).toBe(true);
      expect(opened.messageHeader.encryptionContext).toMatchObject(encryptionContext);
    }
    await kms.send(new DisableKeyCommand({ KeyId: generatorKeyId }));
    const first = new KmsKeyringNode({ keyIds: [generatorKeyId], clientProvider });
    await expect(decrypt(first, result)).rejects.toThrow(/disabled/);
    const both = new KmsKeyringNode({ keyIds: [generatorKeyId, other], clientProvider });
    expect((await decrypt(both, result)).plaintext.equals(plaintext)).toBe(true);
  });

  it('opens a letter by discovery, in the Regions asked', async () => {
    const { result } = await encrypt(
      new KmsKeyringNode({ generatorKeyId: await newKey(kms), clientProvider }),
      plaintext,
    );
    const discoveryFilter = { accountIDs: ['111122223333'], partition: 'aws' };
    const discovery = new KmsKeyringNode({ discovery: true, discoveryFilter, clientProvider });
    expect((await decrypt(discovery, result)).plaintext.equals(plaintext)).toBe(true);
    const elsewhere = { ...discoveryFilter, accountIDs: ['444455556666'] };
    const filtered = new KmsKeyringNode({ discovery: true, discoveryFilter: elsewhere, clientProvider });
    await expect(decrypt(filtered, result)).rejects.toThrow();
  });

  it('does not open a letter whose context was changed', async () => {
    const keyring = new KmsKeyringNode({ generatorKeyId: await newKey(kms), clientProvider });
    const { result } = await encrypt(keyring, plaintext, { encryptionContext });
    const at = result.indexOf('letter');
    const changed = Buffer.from(result);
    changed.write('lettre', at);
    await expect(decrypt(keyring, changed)).rejects.toThrow(/InvalidCiphertext|unencrypted data key/i);
    expect((await decrypt(keyring, result)).plaintext.equals(plaintext)).toBe(true);
  });

  it('asks once for many letters through a caching materials manager', async () => {
    const backingMaterials = new KmsKeyringNode({ generatorKeyId: await newKey(kms), clientProvider });
    const materials = new NodeCachingMaterialsManager({
      backingMaterials,
      cache: getLocalCryptographicMaterialsCache(100),
      maxAge: 60_000,
      maxMessagesEncrypted: 3,
    });
    sent.length = 0;
    const letters = [];
    for (let i = 0; i < 6; i++) {
      letters.push(await encrypt(materials, plaintext, { encryptionContext, plaintextLength: plaintext.length }));
    }
    expect(sent).toEqual(['GenerateDataKeyCommand', 'GenerateDataKeyCommand']);
    sent.length = 0;
    for (const { result } of letters) {
      expect((await decrypt(materials, result)).plaintext.equals(plaintext)).toBe(true);
    }
    expect(sent).toEqual(['DecryptCommand', 'DecryptCommand']);
  });
});
