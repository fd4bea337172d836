import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everyAlgorithm } from '../../lambdas/every-algorithm.ts';
import { newKeyring } from '../../lambdas/keyring.ts';
import type { Keyring } from '../../lambdas/pipeline/ports.ts';
import { newRootKeys } from '../../local/root-keys.ts';
import { accountId, newService, type Service } from '../service.ts';

/** Metadata does not depend on the material, and RSA keys are slow to make: here all is made up. */
const noMaterials: Keyring = {
  ...newKeyring(newRootKeys(), randomBytes, everyAlgorithm),
  newMaterial: async ({ KeyId }) => ({ KeyId, KeyMaterialId: randomBytes(32).toString('hex'), wrapped: Buffer.of(0) }),
};

let kms: Service;
beforeAll(async () => {
  kms = await newService({ keyring: noMaterials });
});
afterAll(() => kms.close());

const refusal = (__type: string, message: string) => ({ status: 400, __type, message });
const rsaSigning = ['PKCS1_V1_5', 'PSS'].flatMap((scheme) =>
  [256, 384, 512].map((bits) => `RSASSA_${scheme}_SHA_${bits}`),
);

/** https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html */
const specs = [
  ['SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT', 'EncryptionAlgorithms', ['SYMMETRIC_DEFAULT']],
  ...[2048, 3072, 4096].flatMap((bits) => [
    [`RSA_${bits}`, 'ENCRYPT_DECRYPT', 'EncryptionAlgorithms', ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256']] as const,
    [`RSA_${bits}`, 'SIGN_VERIFY', 'SigningAlgorithms', rsaSigning] as const,
  ]),
  ['ECC_NIST_P256', 'SIGN_VERIFY', 'SigningAlgorithms', ['ECDSA_SHA_256']],
  ['ECC_NIST_P384', 'SIGN_VERIFY', 'SigningAlgorithms', ['ECDSA_SHA_384']],
  ['ECC_NIST_P521', 'SIGN_VERIFY', 'SigningAlgorithms', ['ECDSA_SHA_512']],
  ...[256, 384, 521].map((bits) => [`ECC_NIST_P${bits}`, 'KEY_AGREEMENT', 'KeyAgreementAlgorithms', ['ECDH']] as const),
  ['ECC_SECG_P256K1', 'SIGN_VERIFY', 'SigningAlgorithms', ['ECDSA_SHA_256']],
  ...[224, 256, 384, 512].map(
    (bits) => [`HMAC_${bits}`, 'GENERATE_VERIFY_MAC', 'MacAlgorithms', [`HMAC_SHA_${bits}`]] as const,
  ),
  ['ECC_NIST_EDWARDS25519', 'SIGN_VERIFY', 'SigningAlgorithms', ['ED25519_PH_SHA_512', 'ED25519_SHA_512']],
  ...[44, 65, 87].map((set) => [`ML_DSA_${set}`, 'SIGN_VERIFY', 'SigningAlgorithms', ['ML_DSA_SHAKE_256']] as const),
  ...[512, 768, 1024].map(
    (set) => [`ML_KEM_${set}`, 'ENCAPSULATE_DECAPSULATE', 'EncapsulationAlgorithms', ['ML_KEM']] as const,
  ),
] as const;

/** The specs which CustomerMasterKeySpec never learnt to ask for. */
const newer = [
  'ECC_NIST_EDWARDS25519',
  'ML_DSA_44',
  'ML_DSA_65',
  'ML_DSA_87',
  'ML_KEM_512',
  'ML_KEM_768',
  'ML_KEM_1024',
];
const notImportable = newer.filter((spec) => spec.startsWith('ML_'));

describe.each(specs)('a key %s for %s', (KeySpec, KeyUsage, member, algorithms) => {
  it('shows just the metadata that AWS shows for it, from CreateKey and DescribeKey alike', async () => {
    const { status, KeyMetadata } = await kms.call('CreateKey', { KeySpec, KeyUsage });
    expect(status).toBe(200);
    expect(KeyMetadata).toEqual({
      AWSAccountId: accountId,
      KeyId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      Arn: `arn:aws:kms:us-east-1:${accountId}:key/${KeyMetadata.KeyId}`,
      CreationDate: kms.now().getTime() / 1000,
      Enabled: true,
      Description: '',
      KeyUsage,
      KeyState: 'Enabled',
      Origin: 'AWS_KMS',
      KeyManager: 'CUSTOMER',
      KeySpec,
      CustomerMasterKeySpec: KeySpec,
      MultiRegion: false,
      [member]: algorithms,
      ...(KeySpec === 'SYMMETRIC_DEFAULT' && { CurrentKeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/) }),
    });
    const described = await kms.call('DescribeKey', { KeyId: KeyMetadata.KeyId });
    expect(described).toMatchObject({ status: 200 });
    expect(described.KeyMetadata).toEqual(KeyMetadata);
  });
});

const isNewer = ([KeySpec]: (typeof specs)[number]) => newer.includes(KeySpec);
const isImportable = ([KeySpec]: (typeof specs)[number]) => !notImportable.includes(KeySpec);

it.each(specs.filter((spec) => !isNewer(spec)))('makes %s for %s through the old member as well', async (...spec) => {
  const [KeySpec, KeyUsage] = spec;
  const { KeyMetadata } = await kms.call('CreateKey', { CustomerMasterKeySpec: KeySpec, KeyUsage });
  expect(KeyMetadata).toMatchObject({ KeySpec, CustomerMasterKeySpec: KeySpec, KeyUsage });
});

it.each(specs.filter(isNewer))('does not know %s for %s in the old member', async (KeySpec, KeyUsage) => {
  const refused = { status: 400, __type: 'ValidationException' };
  expect(await kms.call('CreateKey', { CustomerMasterKeySpec: KeySpec, KeyUsage })).toMatchObject(refused);
});

it.each(specs.filter(isImportable))('makes %s for %s wait for material to be imported', async (KeySpec, KeyUsage) => {
  const { KeyMetadata } = await kms.call('CreateKey', { KeySpec, KeyUsage, Origin: 'EXTERNAL' });
  expect(KeyMetadata).toMatchObject({ KeyState: 'PendingImport', Enabled: false, Origin: 'EXTERNAL', KeySpec });
  for (const absent of ['CurrentKeyMaterialId', 'ExpirationModel', 'ValidTo', 'DeletionDate']) {
    expect(KeyMetadata).not.toHaveProperty(absent);
  }
});

it.each(specs.filter((spec) => !isImportable(spec)))('has nothing imported for %s', async (KeySpec, KeyUsage) => {
  const refused = refusal('ValidationException', `KeySpec ${KeySpec} is not supported for Origin EXTERNAL`);
  expect(await kms.call('CreateKey', { KeySpec, KeyUsage, Origin: 'EXTERNAL' })).toMatchObject(refused);
});

it('makes a symmetric key for encryption when nothing is asked for', async () => {
  const made = { KeySpec: 'SYMMETRIC_DEFAULT', KeyUsage: 'ENCRYPT_DECRYPT', Origin: 'AWS_KMS', MultiRegion: false };
  expect((await kms.call('CreateKey')).KeyMetadata).toMatchObject(made);
});

it('makes a multi-Region primary key', async () => {
  const { KeyMetadata } = await kms.call('CreateKey', { MultiRegion: true });
  const { KeyId, Arn } = KeyMetadata;
  expect(KeyId).toMatch(/^mrk-[0-9a-f]{32}$/);
  const MultiRegionConfiguration = {
    MultiRegionKeyType: 'PRIMARY',
    PrimaryKey: { Arn, Region: 'us-east-1' },
    ReplicaKeys: [],
  };
  expect(KeyMetadata).toMatchObject({ MultiRegion: true, MultiRegionConfiguration });
  expect(await kms.call('DescribeKey', { KeyId })).toMatchObject({ KeyMetadata: { KeyId, Arn } });
});

it('keeps the description', async () => {
  const Description = `für "alle"\n${'x'.repeat(8000)}`;
  expect((await kms.call('CreateKey', { Description })).KeyMetadata).toMatchObject({ Description });
});

it('makes a key of its own with each call', async () => {
  const ids = new Set<unknown>();
  for (let i = 0; i < 20; i += 1) ids.add((await kms.call('CreateKey')).KeyMetadata.KeyId);
  expect(ids.size).toBe(20);
});

describe.each(['cn-north-1', 'cn-northwest-1'])('in %s', (region) => {
  let chinese: Service;
  beforeAll(async () => {
    chinese = await newService({ keyring: noMaterials, region });
  });
  afterAll(() => chinese.close());

  it.each([
    ['ENCRYPT_DECRYPT', 'EncryptionAlgorithms', ['SM2PKE']],
    ['SIGN_VERIFY', 'SigningAlgorithms', ['SM2DSA']],
    ['KEY_AGREEMENT', 'KeyAgreementAlgorithms', ['ECDH']],
  ])('makes SM2 keys for %s', async (KeyUsage, member, algorithms) => {
    const { KeyMetadata } = await chinese.call('CreateKey', { KeySpec: 'SM2', KeyUsage });
    expect(KeyMetadata).toMatchObject({ KeySpec: 'SM2', CustomerMasterKeySpec: 'SM2', KeyUsage, [member]: algorithms });
    expect(KeyMetadata.Arn).toMatch(`arn:aws-cn:kms:${region}:`);
  });

  it('makes no SM2 keys for MACs', async () => {
    const message = 'KeyUsage GENERATE_VERIFY_MAC is not compatible with KeySpec SM2';
    const asked = { KeySpec: 'SM2', KeyUsage: 'GENERATE_VERIFY_MAC' };
    expect(await chinese.call('CreateKey', asked)).toMatchObject(refusal('ValidationException', message));
  });

  it.each([512, 768, 1024])('makes no ML_KEM_%i keys, which AWS has everywhere else', async (set) => {
    const message = `KeySpec ML_KEM_${set} is not supported in this Region`;
    const asked = { KeySpec: `ML_KEM_${set}`, KeyUsage: 'ENCAPSULATE_DECAPSULATE' };
    expect(await chinese.call('CreateKey', asked)).toMatchObject(refusal('UnsupportedOperationException', message));
  });
});

describe('refuses', () => {
  it.each(['RSA_2048', 'ECC_NIST_P256', 'ECC_SECG_P256K1', 'HMAC_256', 'SM2', 'ML_DSA_65', 'ML_KEM_768'])(
    '%s without a usage',
    async (KeySpec) => {
      const message = 'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.';
      expect(await kms.call('CreateKey', { KeySpec })).toMatchObject(refusal('ValidationException', message));
    },
  );

  it.each([
    ['SYMMETRIC_DEFAULT', 'SIGN_VERIFY'],
    ['SYMMETRIC_DEFAULT', 'GENERATE_VERIFY_MAC'],
    ['RSA_2048', 'KEY_AGREEMENT'],
    ['RSA_2048', 'GENERATE_VERIFY_MAC'],
    ['ECC_NIST_P256', 'ENCRYPT_DECRYPT'],
    ['ECC_SECG_P256K1', 'KEY_AGREEMENT'],
    ['HMAC_256', 'SIGN_VERIFY'],
    ['HMAC_512', 'ENCAPSULATE_DECAPSULATE'],
    ['ML_DSA_65', 'ENCAPSULATE_DECAPSULATE'],
    ['ML_KEM_768', 'KEY_AGREEMENT'],
    ['ECC_NIST_EDWARDS25519', 'KEY_AGREEMENT'],
  ])('%s for %s', async (KeySpec, KeyUsage) => {
    const message = `KeyUsage ${KeyUsage} is not compatible with KeySpec ${KeySpec}`;
    expect(await kms.call('CreateKey', { KeySpec, KeyUsage })).toMatchObject(refusal('ValidationException', message));
  });

  it('both names of the spec at once', async () => {
    const both = { KeySpec: 'SYMMETRIC_DEFAULT', CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT' };
    const message =
      'You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.';
    expect(await kms.call('CreateKey', both)).toMatchObject(refusal('ValidationException', message));
  });

  it.each(['ENCRYPT_DECRYPT', 'SIGN_VERIFY', 'KEY_AGREEMENT', 'GENERATE_VERIFY_MAC'])(
    'SM2 for %s, since AWS has it in China only',
    async (KeyUsage) => {
      const refused = refusal('UnsupportedOperationException', 'KeySpec SM2 is not supported in this Region');
      expect(await kms.call('CreateKey', { KeySpec: 'SM2', KeyUsage })).toMatchObject(refused);
      expect(await kms.call('CreateKey', { CustomerMasterKeySpec: 'SM2', KeyUsage })).toMatchObject(refused);
    },
  );

  it.each(['AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE'])('the origin %s', async (Origin) => {
    const message = 'Custom key stores are not supported by this service yet.';
    expect(await kms.call('CreateKey', { Origin })).toMatchObject(refusal('UnsupportedOperationException', message));
  });

  it.each([
    ['tags of AWS, in any case', [{ TagKey: 'AWS:team', TagValue: '' }], 'Tags beginning with aws: are reserved'],
    ['two tags with one key', ['a', 'b'].map((TagValue) => ({ TagKey: 'k', TagValue })), 'Duplicate tag keys'],
    ['51 tags', Array.from({ length: 51 }, (_, i) => ({ TagKey: `k${i}`, TagValue: '' })), 'Too many tags'],
  ])('%s', async (_, Tags, message) => {
    expect(await kms.call('CreateKey', { Tags })).toMatchObject(refusal('TagException', message));
  });

  it.each([
    ['no JSON', '{'],
    ['a text', '"policy"'],
    ['null', 'null'],
    ['no statement', '{"Version":"2012-10-17"}'],
  ])('a policy that is %s', async (_, Policy) => {
    const refused = { status: 400, __type: 'MalformedPolicyDocumentException' };
    expect(await kms.call('CreateKey', { Policy })).toMatchObject(refused);
  });

  it('a policy of more than 32 KB', async () => {
    const policyOf = (length: number) =>
      JSON.stringify({ Statement: [], Id: '' }).replace('""', `"${'x'.repeat(length)}"`);
    const overhead = policyOf(0).length;
    expect(await kms.call('CreateKey', { Policy: policyOf(32_769 - overhead) })).toMatchObject({
      status: 400,
      __type: 'LimitExceededException',
    });
    // The limit counts bytes: a character above ASCII has two.
    expect(await kms.call('CreateKey', { Policy: policyOf(32_767 - overhead).replace('xx', 'ää') })).toMatchObject({
      __type: 'LimitExceededException',
    });
  });
});

it('takes 50 tags, keys that differ only by case among them, and keeps them', async () => {
  const Tags = Array.from({ length: 48 }, (_, i) => ({ TagKey: `k${i}`, TagValue: `v${i}` }));
  Tags.push({ TagKey: 'Team', TagValue: 'A' }, { TagKey: 'team', TagValue: 'b' });
  const { KeyMetadata } = await kms.call('CreateKey', { Tags });
  const kept = (await kms.stores.keys.get(KeyMetadata.KeyId))?.Tags;
  expect(kept).toHaveLength(50);
  expect(kept).toEqual(expect.arrayContaining(Tags));
});

it('gives a key without a policy the one of AWS, and keeps another byte for byte', async () => {
  const stored = async (parameters: object) => {
    const { KeyMetadata } = await kms.call('CreateKey', { ...parameters });
    return (await kms.stores.keys.get(KeyMetadata.KeyId))?.Policy ?? '';
  };
  expect(JSON.parse(await stored({}))).toEqual({
    Version: '2012-10-17',
    Id: 'key-default-1',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  });
  const Policy = ` {"Version" : "2012-10-17",\n "Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::${accountId}:root"},"Action":"kms:*","Resource":"*"}]}`;
  expect(await stored({ Policy })).toBe(Policy);
});
