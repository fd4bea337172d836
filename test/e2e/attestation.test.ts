import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  CreateKeyCommand,
  DecryptCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  type KMSClient,
  PutKeyPolicyCommand,
  type RecipientInfo,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newDocument, newTestAuthority, pcrOf, recipientKeys, type TestAuthority } from '../attestation.ts';
import { newFolder, removeFolders } from './folders.ts';
import { runHere } from './run-here.ts';
import { sdkClient } from './sdk-client.ts';
import { killAll, startInWords, startKms } from './start-kms.ts';

const hour = 3_600_000;
const validNow = { from: new Date(Date.now() - hour), to: new Date(Date.now() + hour) };

describe('an enclave that calls by the AWS SDK', () => {
  let authority: TestAuthority;
  let folder: string;
  let rootFile: string;
  let kms: KMSClient;
  let Recipient: RecipientInfo;

  beforeAll(async () => {
    authority = await newTestAuthority({ root: validNow, between: validNow, leaf: validNow });
    const data = await newFolder();
    folder = dirname(data);
    rootFile = join(folder, 'root.pem');
    await mkdir(folder, { recursive: true });
    await writeFile(rootFile, authority.root.pem);
    kms = await sdkClient(await startKms({ data, args: ['--attestation-root', rootFile] }));
    Recipient = { KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256', AttestationDocument: await newDocument(authority) };
  }, 30_000);
  afterAll(async () => {
    kms?.destroy();
    await killAll();
    await removeFolders();
  });

  const newKey = async () => (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.KeyId ?? '';

  it('gets a plaintext that openssl opens with its private key, and in no other form', async () => {
    const { CiphertextBlob } = await kms.send(
      new EncryptCommand({ KeyId: await newKey(), Plaintext: Buffer.from('attack at dawn') }),
    );
    const answer = await kms.send(new DecryptCommand({ CiphertextBlob, Recipient }));
    expect(answer.Plaintext).toBeUndefined();
    const [message, key] = [join(folder, 'message.ber'), join(folder, 'key.pem')];
    await writeFile(message, answer.CiphertextForRecipient ?? '');
    await writeFile(key, recipientKeys.privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
    const opened = spawnSync('openssl', ['cms', '-decrypt', '-inform', 'DER', '-in', message, '-inkey', key]);
    if (opened.error) console.warn('SKIPPED, NOTHING PROVED: no openssl on this machine');
    else expect(opened.stdout.toString()).toBe('attack at dawn');
  });

  it('may use a key whose policy asks for its image, and others may not', async () => {
    const KeyId = await newKey();
    const asksFor = (digest: string) => ({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111122223333:root' },
          Action: ['kms:PutKeyPolicy', 'kms:Describe*'],
          Resource: '*',
        },
        {
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111122223333:user/admin' },
          Action: 'kms:GenerateDataKey',
          Resource: '*',
          Condition: { StringEqualsIgnoreCase: { 'kms:RecipientAttestation:ImageSha384': digest } },
        },
      ],
    });
    const put = (digest: string) =>
      kms.send(new PutKeyPolicyCommand({ KeyId, Policy: JSON.stringify(asksFor(digest)) }));
    const ask = (recipient?: RecipientInfo) =>
      kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256', Recipient: recipient }));
    await put(pcrOf(0).toString('hex'));
    expect((await ask(Recipient)).CiphertextForRecipient).toBeDefined();
    await expect(ask()).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await put('0'.repeat(96));
    await expect(ask(Recipient)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('reads at the start, for people, that the root is a test root', async () => {
    const env = { KMS_ATTESTATION_ROOT: rootFile };
    const args = ['--port', '0', '--in-memory', '--data', await newFolder()];
    const service = await startInWords({ args, env });
    expect(service.stdout()).toContain('under test.nitro-enclaves (a TEST ROOT, not that of AWS)');
    const without = await startInWords({ args: [...args.slice(0, -1), await newFolder()] });
    expect(without.stdout()).not.toContain('attestation');
  });

  it('finds no service where the root cannot be read, and the file is named', async () => {
    const none = join(folder, 'none.pem');
    await writeFile(none, 'no certificate');
    for (const file of [none, join(folder, 'nowhere.pem')]) {
      const { code, stderr } = await runHere('start', {
        args: ['--port', '0', '--in-memory', '--data', await newFolder(), '--attestation-root', file],
      });
      expect(code).toBe(1);
      expect(stderr).toContain(`The attestation root ${file} cannot be read: `);
    }
  });
});
