import { randomBytes } from 'node:crypto';
import { wrapAsClient } from '../importing.ts';
import type { Pool } from './garbage.ts';
import type { SignedCalls } from './signed-calls.ts';

const Message = Buffer.from('message').toString('base64');
const EncryptionContext = { tenant: '42' };
const mlKem = { KeySpec: 'ML_KEM_512', KeyUsage: 'ENCAPSULATE_DECAPSULATE' };

/** Keys of every kind, and requests that work on them, each sent once to prove it. */
export const makePool = async ({ call }: Pick<SignedCalls, 'call'>): Promise<Pool> => {
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
  const [rsa, rsaSigner, ec, edwards, mlDsa, hmac] = [
    await newKey({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' }),
    await newKey({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }),
    await newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
    await newKey({ KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'SIGN_VERIFY' }),
    await newKey({ KeySpec: 'ML_DSA_44', KeyUsage: 'SIGN_VERIFY' }),
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
  const pair = await working('GenerateDataKeyPair', { KeyId: first, KeyPairSpec: 'ECC_NIST_P256', EncryptionContext });
  await working('GenerateDataKeyPairWithoutPlaintext', { KeyId: AliasName, KeyPairSpec: 'ML_KEM_512' });
  await working('Decrypt', { CiphertextBlob: pair.PrivateKeyCiphertextBlob, EncryptionContext });

  const blobs = [CiphertextBlob, sealed.CiphertextBlob];
  for (const [KeyId, SigningAlgorithm] of [
    [rsaSigner, 'RSASSA_PSS_SHA_256'],
    [ec, 'ECDSA_SHA_256'],
    [edwards, 'ED25519_SHA_512'],
    [mlDsa, 'ML_DSA_SHAKE_256'],
  ]) {
    const { Signature } = await working('Sign', { KeyId, Message, SigningAlgorithm });
    await working('Verify', { KeyId, Message, SigningAlgorithm, Signature });
    await working('GetPublicKey', { KeyId });
    blobs.push(Signature);
  }
  const { Mac } = await working('GenerateMac', { KeyId: hmac, Message, MacAlgorithm: 'HMAC_SHA_256' });
  await working('VerifyMac', { KeyId: hmac, Message, MacAlgorithm: 'HMAC_SHA_256', Mac });

  const agreement = await newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' });
  const peer = { KeyAgreementAlgorithm: 'ECDH', PublicKey: pair.PublicKey };
  await working('DeriveSharedSecret', { KeyId: agreement, ...peer });
  const kem = { KeyId: await newKey(mlKem), EncapsulationAlgorithm: 'ML_KEM' };
  const { SharedSecretCiphertextBlob } = await working('Encapsulate', kem);
  await working('Decapsulate', { ...kem, SharedSecretCiphertextBlob });
  blobs.push(peer.PublicKey, SharedSecretCiphertextBlob);

  await working('TagResource', { KeyId: first, Tags: [{ TagKey: 'team', TagValue: 'blue' }] });
  await working('ListResourceTags', { KeyId: first });
  await working('UntagResource', { KeyId: first, TagKeys: ['team'] });
  const { Policy } = await working('GetKeyPolicy', { KeyId: first });
  await working('PutKeyPolicy', { KeyId: first, Policy });
  await working('ListKeyPolicies', { KeyId: first });
  const RetiringPrincipal = 'arn:aws:iam::111122223333:user/bob';
  const grantee = { GranteePrincipal: 'arn:aws:iam::111122223333:user/alice', RetiringPrincipal };
  const grant = { KeyId: first, ...grantee, Operations: ['Encrypt', 'Decrypt'], Name: 'garbage' };
  const Constraints = { EncryptionContextSubset: EncryptionContext };
  const { GrantId } = await working('CreateGrant', { ...grant, Constraints });
  await working('ListGrants', { KeyId: first, Limit: 5 });
  await working('ListRetirableGrants', { RetiringPrincipal });
  await working('RevokeGrant', { KeyId: first, GrantId });

  await working('EnableKeyRotation', { KeyId: first, RotationPeriodInDays: 90 });
  await working('GetKeyRotationStatus', { KeyId: first });
  await working('DisableKeyRotation', { KeyId: first });
  await working('RotateKeyOnDemand', { KeyId: first });
  await working('ListKeyRotations', { KeyId: first, IncludeKeyMaterial: 'ALL_KEY_MATERIAL', Limit: 1 });

  const external = await newKey({ Origin: 'EXTERNAL' });
  const WrappingAlgorithm = 'RSAES_OAEP_SHA_256';
  const wrapping = { KeyId: external, WrappingAlgorithm, WrappingKeySpec: 'RSA_2048' };
  const { PublicKey, ImportToken } = await working('GetParametersForImport', wrapping);
  const EncryptedKeyMaterial = wrapAsClient(PublicKey, WrappingAlgorithm, randomBytes(32)).toString('base64');
  const imported = { KeyId: external, ImportToken, EncryptedKeyMaterial };
  await working('ImportKeyMaterial', { ...imported, ValidTo: Date.now() / 1000 + 86_400 });
  await working('ImportKeyMaterial', { ...imported, ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' });
  await working('DeleteImportedKeyMaterial', { KeyId: external });
  blobs.push(PublicKey, ImportToken, EncryptedKeyMaterial);

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
  const keys = [first, second, idle, rsa, rsaSigner, ec, edwards, mlDsa, hmac, agreement, kem.KeyId, external];
  const names = [...keys, AliasName, 'alias/none', foreign];
  return { names, blobs: [...blobs, Mac], valid };
};
