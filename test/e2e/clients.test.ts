import {
  AlreadyExistsException,
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  type CreateKeyCommandInput,
  DecryptCommand,
  DeleteAliasCommand,
  DescribeKeyCommand,
  DisabledException,
  DisableKeyCommand,
  DryRunOperationException,
  EnableKeyCommand,
  EncryptCommand,
  IncorrectKeyException,
  InvalidAliasNameException,
  InvalidKeyUsageException,
  InvalidMarkerException,
  type KMSClient,
  KMSInvalidStateException,
  KMSServiceException,
  ListAliasesCommand,
  ListKeysCommand,
  MalformedPolicyDocumentException,
  NotFoundException,
  paginateListAliases,
  paginateListKeys,
  ScheduleKeyDeletionCommand,
  UpdateAliasCommand,
  UpdateKeyDescriptionCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { predefinedAliases } from '../../core/model/managed-keys.ts';
import { newFolder, removeFolders } from './folders.ts';
import { sdkClient } from './sdk-client.ts';
import { killAll, type RunningKms, startKms } from './start-kms.ts';

const Plaintext = Buffer.from('attack at dawn');
const EncryptionContext = { tenant: '42', purpose: 'e2e' };

describe('the AWS SDK for JavaScript', () => {
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

  it('makes a key with everything that was asked for', async () => {
    const { KeyMetadata } = await kms.send(
      new CreateKeyCommand({ Description: 'über', Tags: [{ TagKey: 'team', TagValue: 'blue' }] }),
    );
    expect(KeyMetadata).toMatchObject({
      AWSAccountId: '111122223333',
      Arn: `arn:aws:kms:us-east-1:111122223333:key/${KeyMetadata?.KeyId}`,
      Description: 'über',
      Enabled: true,
      KeyManager: 'CUSTOMER',
      KeySpec: 'SYMMETRIC_DEFAULT',
      KeyState: 'Enabled',
      KeyUsage: 'ENCRYPT_DECRYPT',
      Origin: 'AWS_KMS',
    });
    expect(Math.abs(Date.now() - Number(KeyMetadata?.CreationDate))).toBeLessThan(10_000);
  });

  it('describes a key by its id, ARN, alias name and alias ARN', async () => {
    const { KeyId, Arn } = await newKey({ Description: 'four names' });
    const AliasName = 'alias/four/names';
    await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyId }));
    for (const name of [KeyId, Arn, AliasName, `arn:aws:kms:us-east-1:111122223333:${AliasName}`]) {
      const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: name }));
      expect(KeyMetadata, name).toMatchObject({ KeyId, Arn, Description: 'four names' });
    }
  });

  it('moves and deletes an alias, and each change holds at once', async () => {
    const [first, second] = [await newKey(), await newKey()];
    const AliasName = 'alias/moving';
    const target = async () => (await kms.send(new DescribeKeyCommand({ KeyId: AliasName }))).KeyMetadata?.KeyId;
    await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: first.KeyId }));
    expect(await target()).toBe(first.KeyId);
    await kms.send(new UpdateAliasCommand({ AliasName, TargetKeyId: second.KeyId }));
    expect(await target()).toBe(second.KeyId);
    await kms.send(new DeleteAliasCommand({ AliasName }));
    await expect(target()).rejects.toBeInstanceOf(NotFoundException);
  });

  it('changes a description', async () => {
    const { KeyId } = await newKey({ Description: 'before' });
    await kms.send(new UpdateKeyDescriptionCommand({ KeyId, Description: 'after' }));
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    expect(KeyMetadata?.Description).toBe('after');
  });

  it('pages through all keys and aliases with the paginators of the SDK, each exactly once', async () => {
    const far = await sdkClient(service, { region: 'eu-north-1' });
    const made: string[] = [];
    const names = Array.from({ length: 23 }, (_, i) => `alias/page-${String(i).padStart(2, '0')}`);
    for (const AliasName of names) {
      const { KeyMetadata } = await far.send(new CreateKeyCommand({}));
      made.push(KeyMetadata?.KeyId ?? '');
      await far.send(new CreateAliasCommand({ AliasName, TargetKeyId: made[0] }));
    }
    const listed: (string | undefined)[] = [];
    let pages = 0;
    for await (const { Keys = [] } of paginateListKeys({ client: far, pageSize: 5 }, {})) {
      listed.push(...Keys.map(({ KeyId }) => KeyId));
      pages += 1;
    }
    expect(pages).toBe(5);
    expect(listed.toSorted()).toEqual(made.toSorted());

    for (const KeyId of [undefined, made[0]]) {
      const seen: (string | undefined)[] = [];
      for await (const { Aliases = [] } of paginateListAliases({ client: far, pageSize: 7 }, { KeyId })) {
        seen.push(...Aliases.map(({ AliasName }) => AliasName));
      }
      expect(seen.toSorted()).toEqual(KeyId === undefined ? [...predefinedAliases, ...names] : names);
    }
    far.destroy();
  });

  it('disables and enables a key: DisabledException in between', async () => {
    const { KeyId } = await newKey();
    await kms.send(new DisableKeyCommand({ KeyId }));
    await expect(encrypt(KeyId)).rejects.toBeInstanceOf(DisabledException);
    await kms.send(new EnableKeyCommand({ KeyId }));
    await expect(encrypt(KeyId)).resolves.toBeDefined();
  });

  it('schedules a deletion and cancels it, after which the key is disabled and still opens its blobs', async () => {
    const { KeyId, Arn } = await newKey();
    const CiphertextBlob = await encrypt(KeyId);
    const scheduled = await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    expect(scheduled).toMatchObject({ KeyId: Arn, KeyState: 'PendingDeletion', PendingWindowInDays: 7 });
    const daysLeft = (Number(scheduled.DeletionDate) - Date.now()) / 86_400_000;
    expect(daysLeft).toBeGreaterThan(6.99);
    expect(daysLeft).toBeLessThan(7.01);
    await expect(encrypt(KeyId)).rejects.toBeInstanceOf(KMSInvalidStateException);
    expect((await kms.send(new CancelKeyDeletionCommand({ KeyId }))).KeyId).toBe(Arn);
    expect((await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState).toBe('Disabled');
    await kms.send(new EnableKeyCommand({ KeyId }));
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext);
  });

  it('throws the exception classes of the SDK', async () => {
    const { KeyId } = await newKey();
    const other = await newKey();
    const signer = await newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    const CiphertextBlob = await encrypt(KeyId);
    const AliasName = 'alias/taken';
    await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyId }));
    const lastId = '00000000-1111-4222-8333-444444444444';
    const cases = [
      [() => kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyId })), AlreadyExistsException],
      [() => kms.send(new CreateAliasCommand({ AliasName: 'alias/', TargetKeyId: KeyId })), InvalidAliasNameException],
      [() => kms.send(new DescribeKeyCommand({ KeyId: lastId })), NotFoundException],
      [
        () => kms.send(new DecryptCommand({ KeyId: other.KeyId, CiphertextBlob, EncryptionContext })),
        IncorrectKeyException,
      ],
      [() => kms.send(new EncryptCommand({ KeyId: signer.KeyId, Plaintext })), InvalidKeyUsageException],
      [() => kms.send(new EncryptCommand({ KeyId, Plaintext, DryRun: true })), DryRunOperationException],
      [() => kms.send(new CreateKeyCommand({ Policy: '{' })), MalformedPolicyDocumentException],
      [() => kms.send(new ListKeysCommand({ Marker: 'nonsense' })), InvalidMarkerException],
    ] as const;
    for (const [call, exception] of cases) await expect(call()).rejects.toBeInstanceOf(exception);
  });

  it('throws the errors that have no class by their names, with the request id', async () => {
    const { KeyId } = await newKey();
    const long = kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.alloc(4097) }));
    const error = await long.catch((error: unknown) => error);
    expect(error).toBeInstanceOf(KMSServiceException);
    expect(error).toMatchObject({
      name: 'ValidationException',
      message:
        "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096",
      $metadata: { httpStatusCode: 400, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
  });

  it('finds another world in another Region, with the same service', async () => {
    const { KeyId, Arn } = await newKey();
    const CiphertextBlob = await encrypt(KeyId);
    const far = await sdkClient(service, { region: 'ap-southeast-2' });
    for (const name of [KeyId, Arn]) {
      await expect(far.send(new DescribeKeyCommand({ KeyId: name }))).rejects.toBeInstanceOf(NotFoundException);
    }
    const opening = far.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
    await expect(opening).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect((await far.send(new ListKeysCommand({}))).Keys).toEqual([]);
    const { KeyMetadata } = await far.send(new CreateKeyCommand({}));
    expect(KeyMetadata?.Arn).toMatch(/^arn:aws:kms:ap-southeast-2:111122223333:key\//);
    await expect(kms.send(new DescribeKeyCommand({ KeyId: KeyMetadata?.KeyId }))).rejects.toBeInstanceOf(
      NotFoundException,
    );
    far.destroy();
  });

  it('keeps accounts apart: one neither lists nor opens what is the other’s', async () => {
    const { Arn } = await newKey();
    const CiphertextBlob = await encrypt(Arn);
    const partner = await sdkClient(service, { profile: 'partner' });
    expect((await partner.send(new ListKeysCommand({}))).Keys).toEqual([]);
    const { Aliases = [] } = await partner.send(new ListAliasesCommand({}));
    expect(Aliases.filter(({ AliasName }) => !AliasName?.startsWith('alias/aws/'))).toEqual([]);
    for (const command of [
      new DescribeKeyCommand({ KeyId: Arn }),
      new DecryptCommand({ CiphertextBlob, EncryptionContext }),
    ]) {
      // the two commands have no common type
      await expect(partner.send(command as DescribeKeyCommand)).rejects.toMatchObject({
        name: 'AccessDeniedException',
      });
    }
    partner.destroy();
  });

  it('answers a hundred calls at once', async () => {
    const { KeyId } = await newKey();
    const blobs = await Promise.all(Array.from({ length: 100 }, () => encrypt(KeyId)));
    const opened = await Promise.all(
      blobs.map((CiphertextBlob) => kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }))),
    );
    expect(opened.every((answer) => Plaintext.equals(answer.Plaintext ?? new Uint8Array()))).toBe(true);
  });

  it('logs no error in all of this', () => {
    expect(service.stderr()).not.toMatch(/^error/m);
  });
});
