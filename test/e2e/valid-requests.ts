import type { Pool } from './garbage.ts';
import type { SignedCalls } from './signed-calls.ts';

const Message = Buffer.from('message').toString('base64');
const EncryptionContext = { tenant: '42' };

/** Keys of every kind, and requests that work on them, each sent once to prove it. */
export const makePool = async ({ call }: SignedCalls): Promise<Pool> => {
  const valid: Record<string, object[]> = {};
  const working = async (operation: string, members: object) => {
    const answer = await call(operation, members);
    if (answer.status !== 200) throw new Error(`${operation} answered ${answer.text}`);
    valid[operation] = [...(valid[operation] ?? []), members];
    return answer.members;
  };
  const newKey = async (members: object = {}): Promise<string> =>
    (await working('CreateKey', members)).KeyMetadata.KeyId;

  const [first, second, idle] = [await newKey({ Description: 'garbage' }), await newKey(), await newKey()];
  const [rsa, rsaSigner, ec, hmac] = [
    await newKey({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' }),
    await newKey({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }),
    await newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
    await newKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }),
  ];
  const AliasName = 'alias/garbage';
  await working('CreateAlias', { AliasName, TargetKeyId: first });
  await working('UpdateAlias', { AliasName, TargetKeyId: second });

  const encrypted = await working('Encrypt', { KeyId: first, Plaintext: Message, EncryptionContext });
  const { CiphertextBlob } = encrypted;
  await working('Decrypt', { CiphertextBlob, EncryptionContext });
  const moving = { DestinationKeyId: second, DestinationEncryptionContext: { a: 'b' } };
  await working('ReEncrypt', { CiphertextBlob, SourceEncryptionContext: EncryptionContext, ...moving });
  const EncryptionAlgorithm = 'RSAES_OAEP_SHA_256';
  const sealed = await working('Encrypt', { KeyId: rsa, Plaintext: Message, EncryptionAlgorithm });
  await working('Decrypt', { KeyId: rsa, CiphertextBlob: sealed.CiphertextBlob, EncryptionAlgorithm });
  await working('GenerateDataKey', { KeyId: first, KeySpec: 'AES_256', EncryptionContext });
  await working('GenerateDataKeyWithoutPlaintext', { KeyId: AliasName, NumberOfBytes: 64 });
  await working('GenerateRandom', { NumberOfBytes: 32 });

  const blobs = [CiphertextBlob, sealed.CiphertextBlob];
  for (const [KeyId, SigningAlgorithm] of [
    [rsaSigner, 'RSASSA_PSS_SHA_256'],
    [ec, 'ECDSA_SHA_256'],
  ]) {
    const { Signature } = await working('Sign', { KeyId, Message, SigningAlgorithm });
    await working('Verify', { KeyId, Message, SigningAlgorithm, Signature });
    await working('GetPublicKey', { KeyId });
    blobs.push(Signature);
  }
  const { Mac } = await working('GenerateMac', { KeyId: hmac, Message, MacAlgorithm: 'HMAC_SHA_256' });
  await working('VerifyMac', { KeyId: hmac, Message, MacAlgorithm: 'HMAC_SHA_256', Mac });

  await working('DescribeKey', { KeyId: AliasName });
  const page = await working('ListKeys', { Limit: 1 });
  await working('ListKeys', { Limit: 1, Marker: page.NextMarker });
  await working('ListAliases', { KeyId: second, Limit: 5 });
  await working('UpdateKeyDescription', { KeyId: first, Description: 'other' });
  await working('DisableKey', { KeyId: idle });
  await working('EnableKey', { KeyId: idle });
  await working('ScheduleKeyDeletion', { KeyId: idle, PendingWindowInDays: 7 });
  await working('CancelKeyDeletion', { KeyId: idle });
  await working('DeleteAlias', { AliasName });
  await working('CreateAlias', { AliasName, TargetKeyId: first });

  const foreign = 'arn:aws:kms:us-east-1:444455556666:key/00000000-0000-4000-8000-000000000000';
  const names = [first, second, idle, rsa, rsaSigner, ec, hmac, AliasName, 'alias/none', foreign];
  return { names, blobs: [...blobs, Mac], valid };
};
