import { randomBytes } from 'node:crypto';
import type { OperationName } from '../../lambdas/operations/index.ts';
import { headerValues } from '../../lambdas/pipeline/header-values.ts';
import type { HttpRequest } from '../../lambdas/pipeline/ports.ts';
import { bringing } from '../importing.ts';
import type { Parameters } from '../requests.ts';
import { accountId, region, type Service } from '../service.ts';

/** Keys and what belongs to them, for the calls below; bytes as the answers have them, in base64. */
export const conditionWorld = async (kms: Service) => {
  const key = async (parameters: Parameters = {}) => (await kms.newKey(parameters)).KeyId;
  const [team, plain] = [{ Tags: [{ TagKey: 'team', TagValue: 'blue' }] }, await key()];
  const named = await key(team);
  await kms.call('CreateAlias', { AliasName: 'alias/named', TargetKeyId: named });
  const { Policy } = await kms.call('GetKeyPolicy', { KeyId: named });
  const encrypted = await kms.call('Encrypt', { KeyId: named, Plaintext: Buffer.from('text') });
  const agreement = await key({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' });
  return {
    named,
    plain,
    Policy: String(Policy),
    CiphertextBlob: String(encrypted.CiphertextBlob),
    agreement,
    PublicKey: String((await kms.call('GetPublicKey', { KeyId: agreement })).PublicKey),
    sign: await key({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
    mac: await key({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }),
    external: await key({ Origin: 'EXTERNAL' }),
    multi: await key({ MultiRegion: true }),
  };
};
export type ConditionWorld = Awaited<ReturnType<typeof conditionWorld>>;

export type Asked = readonly [name: OperationName, parameters: Parameters, arriving?: Partial<HttpRequest>];
type Ask = (world: ConditionWorld, kms: Service) => Asked | Promise<Asked>;

export interface ConditionRow {
  readonly key: string;
  /** @default StringEquals */
  readonly operator?: string;
  /** The call has this value. */
  readonly value: string;
  /** The call has another than this. @default 'other' */
  readonly other?: string;
  readonly call: Ask;
  /** A call in which the condition key is absent; none where it is always there. */
  readonly without?: Ask;
}

const Plaintext = Buffer.from('text');
const Message = Buffer.from('message');
const alice = `arn:aws:iam::${accountId}:user/alice`;
/** Whom grants are for: the caller needs his permissions from policies. */
const bob = `arn:aws:iam::${accountId}:user/bob`;
const context = { tenant: 'blue' };
const tags = [{ TagKey: 'team', TagValue: 'red' }];

const encrypt =
  (more: Parameters = {}, arriving: Partial<HttpRequest> = {}): Ask =>
  ({ named }) => ['Encrypt', { KeyId: named, Plaintext, ...more }, arriving];
const random: Ask = () => ['GenerateRandom', { NumberOfBytes: 8 }];
const describe: Ask = ({ named }) => ['DescribeKey', { KeyId: named }];
const create =
  (more: Parameters = {}): Ask =>
  () => ['CreateKey', more];
const grant =
  (more: Parameters = {}): Ask =>
  ({ named }) => ['CreateGrant', { KeyId: named, GranteePrincipal: bob, Operations: ['Encrypt'], ...more }];
const sign =
  (more: Parameters = {}): Ask =>
  ({ sign: KeyId }) => ['Sign', { KeyId, Message, SigningAlgorithm: 'ECDSA_SHA_256', ...more }];
const putPolicy =
  (more: Parameters = {}): Ask =>
  ({ named: KeyId, Policy }) => ['PutKeyPolicy', { KeyId, Policy, ...more }];
const retire: Ask = async ({ named: KeyId }, kms) => {
  const Constraints = { EncryptionContextEquals: context };
  const made = { KeyId, GranteePrincipal: bob, Operations: ['Encrypt'], Constraints };
  return ['RetireGrant', { GrantToken: (await kms.call('CreateGrant', made)).GrantToken }];
};
const importing =
  (more: Parameters): Ask =>
  async ({ external }, kms) => [
    'ImportKeyMaterial',
    { ...(await bringing(kms, external, Buffer.alloc(32, 7))), ...more },
  ];
const parameters: Ask = ({ external: KeyId }) => [
  'GetParametersForImport',
  { KeyId, WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' },
];
const reEncrypt =
  (to: 'named' | 'plain'): Ask =>
  ({ CiphertextBlob, [to]: DestinationKeyId }) => ['ReEncrypt', { CiphertextBlob, DestinationKeyId }];
const pair: Ask = ({ named: KeyId }) => ['GenerateDataKeyPair', { KeyId, KeyPairSpec: 'ECC_NIST_P256' }];
const rotation =
  (more: Parameters = {}): Ask =>
  ({ plain: KeyId }) => ['EnableKeyRotation', { KeyId, ...more }];
const deletion =
  (more: Parameters = {}): Ask =>
  async (_, kms) => ['ScheduleKeyDeletion', { KeyId: (await kms.newKey()).KeyId, ...more }];
const throughVpc = { sourceIp: '10.0.0.7', vpc: { endpointId: 'vpce-1', vpcId: 'vpc-1' } };
const any = 'ForAnyValue:StringEquals';

/** For every condition key a call that has it. Defaults count as values: the effective ones. */
export const conditionRows: readonly ConditionRow[] = [
  {
    key: 'kms:BypassPolicyLockoutSafetyCheck',
    operator: 'Bool',
    value: 'true',
    other: 'false',
    call: putPolicy({ BypassPolicyLockoutSafetyCheck: true }),
    without: describe,
  },
  { key: 'kms:BypassPolicyLockoutSafetyCheck', operator: 'Bool', value: 'false', other: 'true', call: putPolicy() },
  { key: 'kms:BypassPolicyLockoutSafetyCheck', operator: 'Bool', value: 'false', other: 'true', call: create() },
  { key: 'kms:CallerAccount', value: accountId, call: encrypt(), without: random },
  { key: 'kms:CustomerMasterKeySpec', value: 'SYMMETRIC_DEFAULT', call: encrypt(), without: random },
  {
    key: 'kms:CustomerMasterKeySpec',
    value: 'HMAC_256',
    call: create({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }),
  },
  { key: 'kms:CustomerMasterKeyUsage', value: 'SIGN_VERIFY', call: sign(), without: random },
  { key: 'kms:CustomerMasterKeyUsage', value: 'ENCRYPT_DECRYPT', call: create() },
  { key: 'kms:DataKeyPairSpec', value: 'ECC_NIST_P256', call: pair, without: encrypt() },
  { key: 'kms:EncryptionAlgorithm', value: 'SYMMETRIC_DEFAULT', call: encrypt(), without: sign() },
  { key: 'kms:EncryptionAlgorithm', value: 'SYMMETRIC_DEFAULT', call: pair },
  { key: 'kms:EncryptionAlgorithm', value: 'SYMMETRIC_DEFAULT', call: reEncrypt('plain') },
  {
    key: 'kms:EncryptionContext:tenant',
    value: 'blue',
    other: 'Blue',
    call: encrypt({ EncryptionContext: context }),
    without: encrypt({ EncryptionContext: { other: 'blue' } }),
  },
  { key: 'kms:EncryptionContext:TENANT', value: 'blue', call: encrypt({ EncryptionContext: context }) },
  {
    key: 'kms:EncryptionContext:tenant',
    value: 'blue',
    call: grant({ Constraints: { EncryptionContextSubset: context } }),
    without: grant(),
  },
  { key: 'kms:EncryptionContext:tenant', value: 'blue', call: retire },
  {
    key: 'kms:EncryptionContextKeys',
    operator: any,
    value: 'tenant',
    other: 'Tenant',
    call: encrypt({ EncryptionContext: context }),
    without: encrypt(),
  },
  {
    key: 'kms:ExpirationModel',
    value: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    call: importing({ ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' }),
    without: parameters,
  },
  { key: 'kms:ExpirationModel', value: 'KEY_MATERIAL_EXPIRES', call: importing({ ValidTo: 1_800_000_000 }) },
  {
    key: 'kms:GrantConstraintType',
    value: 'EncryptionContextEquals',
    call: grant({ Constraints: { EncryptionContextEquals: context } }),
    without: grant(),
  },
  { key: 'kms:GrantConstraintType', value: 'EncryptionContextEquals', other: 'EncryptionContextSubset', call: retire },
  {
    key: 'kms:GrantConstraintSourceArn',
    operator: 'ArnLike',
    value: 'arn:aws:s3:*:*:bucket',
    other: 'arn:aws:sns:*:*:bucket',
    call: grant({ Constraints: { SourceArn: `arn:aws:s3:${region}:${accountId}:bucket` } }),
    without: grant(),
  },
  {
    key: 'kms:GrantIsForAWSResource',
    operator: 'Bool',
    value: 'false',
    other: 'true',
    call: grant(),
    without: encrypt(),
  },
  {
    key: 'kms:GrantIsForAWSResource',
    operator: 'Bool',
    value: 'false',
    other: 'true',
    call: ({ named: KeyId }) => ['ListGrants', { KeyId }],
  },
  { key: 'kms:GrantOperations', operator: any, value: 'Encrypt', other: 'Decrypt', call: grant(), without: encrypt() },
  { key: 'kms:GranteePrincipal', value: bob, call: grant(), without: encrypt() },
  { key: 'kms:RetiringPrincipal', value: bob, call: grant({ RetiringPrincipal: bob }), without: grant() },
  {
    key: 'kms:GranteeServicePrincipal',
    value: 's3.amazonaws.com',
    call: grant({
      GranteePrincipal: undefined,
      GranteeServicePrincipal: 's3.amazonaws.com',
      RetiringPrincipal: bob,
      Constraints: { SourceArn: `arn:aws:s3:${region}:${accountId}:bucket` },
    }),
    without: grant(),
  },
  {
    key: 'kms:RetiringServicePrincipal',
    value: 's3.amazonaws.com',
    call: grant({ RetiringServicePrincipal: 's3.amazonaws.com' }),
    without: grant(),
  },
  {
    key: 'kms:KeyAgreementAlgorithm',
    value: 'ECDH',
    call: ({ agreement: KeyId, PublicKey }) => [
      'DeriveSharedSecret',
      { KeyId, PublicKey, KeyAgreementAlgorithm: 'ECDH' },
    ],
    without: encrypt(),
  },
  { key: 'kms:KeyOrigin', value: 'EXTERNAL', other: 'AWS_KMS', call: create({ Origin: 'EXTERNAL' }), without: random },
  { key: 'kms:KeyOrigin', value: 'AWS_KMS', other: 'EXTERNAL', call: describe },
  { key: 'kms:KeySpec', value: 'SYMMETRIC_DEFAULT', call: create(), without: random },
  {
    key: 'kms:KeySpec',
    value: 'HMAC_256',
    call: create({ CustomerMasterKeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }),
  },
  { key: 'kms:KeySpec', value: 'SYMMETRIC_DEFAULT', call: describe, without: retire },
  { key: 'kms:KeyUsage', value: 'ENCRYPT_DECRYPT', call: create(), without: random },
  { key: 'kms:KeyUsage', value: 'GENERATE_VERIFY_MAC', call: ({ mac: KeyId }) => ['DescribeKey', { KeyId }] },
  {
    key: 'kms:MacAlgorithm',
    value: 'HMAC_SHA_256',
    call: ({ mac: KeyId }) => ['GenerateMac', { KeyId, Message, MacAlgorithm: 'HMAC_SHA_256' }],
    without: encrypt(),
  },
  {
    key: 'kms:MessageType',
    value: 'DIGEST',
    other: 'RAW',
    call: sign({ MessageType: 'DIGEST', Message: randomBytes(32) }),
    without: encrypt(),
  },
  { key: 'kms:MessageType', value: 'RAW', other: 'DIGEST', call: sign() },
  {
    key: 'kms:MultiRegion',
    operator: 'Bool',
    value: 'true',
    other: 'false',
    call: create({ MultiRegion: true }),
    without: random,
  },
  { key: 'kms:MultiRegion', operator: 'Bool', value: 'false', other: 'true', call: create() },
  { key: 'kms:MultiRegion', operator: 'Bool', value: 'false', other: 'true', call: describe },
  {
    key: 'kms:MultiRegionKeyType',
    value: 'PRIMARY',
    other: 'REPLICA',
    call: ({ multi: KeyId }) => ['DescribeKey', { KeyId }],
    without: describe,
  },
  {
    key: 'kms:ReEncryptOnSameKey',
    operator: 'Bool',
    value: 'true',
    other: 'false',
    call: reEncrypt('named'),
    without: encrypt(),
  },
  { key: 'kms:ReEncryptOnSameKey', operator: 'Bool', value: 'false', other: 'true', call: reEncrypt('plain') },
  { key: 'kms:RequestAlias', value: 'alias/named', call: encrypt({ KeyId: 'alias/named' }), without: encrypt() },
  {
    key: 'kms:RequestAlias',
    value: 'alias/named',
    call: () => ['DescribeKey', { KeyId: `arn:aws:kms:${region}:${accountId}:alias/named` }],
  },
  { key: 'kms:ResourceAliases', operator: any, value: 'alias/named', call: encrypt(), without: random },
  { key: 'kms:ResourceAliases', operator: any, value: 'alias/named', call: retire },
  {
    key: 'kms:RotationPeriodInDays',
    operator: 'NumericEquals',
    value: '180',
    other: '90',
    call: rotation({ RotationPeriodInDays: 180 }),
    without: encrypt(),
  },
  { key: 'kms:RotationPeriodInDays', operator: 'NumericEquals', value: '365', other: '90', call: rotation() },
  {
    key: 'kms:ScheduleKeyDeletionPendingWindowInDays',
    operator: 'NumericEquals',
    value: '7',
    other: '30',
    call: deletion({ PendingWindowInDays: 7 }),
    without: encrypt(),
  },
  {
    key: 'kms:ScheduleKeyDeletionPendingWindowInDays',
    operator: 'NumericEquals',
    value: '30',
    other: '7',
    call: deletion(),
  },
  { key: 'kms:SigningAlgorithm', value: 'ECDSA_SHA_256', call: sign(), without: encrypt() },
  {
    key: 'kms:TrailingDaysWithoutKeyUsage',
    operator: 'NumericEquals',
    value: '0',
    other: '1',
    call: deletion(),
    without: encrypt(),
  },
  {
    key: 'kms:ValidTo',
    operator: 'NumericLessThanEquals',
    value: '1800000000.0',
    other: '1799999999',
    call: importing({ ValidTo: 1_800_000_000 }),
    without: importing({ ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' }),
  },
  { key: 'kms:WrappingAlgorithm', value: 'RSAES_OAEP_SHA_256', call: parameters, without: encrypt() },
  { key: 'kms:WrappingKeySpec', value: 'RSA_2048', call: parameters, without: encrypt() },

  { key: 'aws:PrincipalArn', operator: 'ArnEquals', value: alice, other: `${alice}x`, call: random },
  { key: 'aws:PrincipalAccount', value: accountId, call: random },
  { key: 'aws:PrincipalTag/team', value: 'green', call: random },
  { key: 'aws:PrincipalType', value: 'User', call: random },
  { key: 'aws:userid', value: 'AIDAEXAMPLEEXAMPLE000', call: random },
  { key: 'aws:username', value: 'alice', call: random },
  { key: 'aws:PrincipalIsAWSService', operator: 'Bool', value: 'false', other: 'true', call: random },
  { key: 'aws:ViaAWSService', operator: 'Bool', value: 'false', other: 'true', call: random },
  {
    key: 'aws:SourceIp',
    operator: 'IpAddress',
    value: '127.0.0.0/8',
    other: '192.0.2.0/24',
    call: encrypt(),
    without: encrypt({}, throughVpc),
  },
  { key: 'aws:SourceVpc', value: 'vpc-1', call: encrypt({}, throughVpc), without: encrypt() },
  { key: 'aws:SourceVpce', value: 'vpce-1', call: encrypt({}, throughVpc), without: encrypt() },
  {
    key: 'aws:VpcSourceIp',
    operator: 'IpAddress',
    value: '10.0.0.0/8',
    other: '192.0.2.0/24',
    call: encrypt({}, throughVpc),
    without: encrypt(),
  },
  {
    key: 'aws:ResourceTag/team',
    value: 'blue',
    call: encrypt(),
    without: ({ plain: KeyId }) => ['Encrypt', { KeyId, Plaintext }],
  },
  { key: 'aws:ResourceTag/team', value: 'blue', call: retire },
  { key: 'aws:RequestTag/team', value: 'red', call: create({ Tags: tags }), without: create() },
  {
    key: 'aws:RequestTag/team',
    value: 'red',
    call: ({ plain: KeyId }) => ['TagResource', { KeyId, Tags: [{ TagKey: 'team', TagValue: 'red' }] }],
    without: encrypt(),
  },
  { key: 'aws:TagKeys', operator: any, value: 'team', call: create({ Tags: tags }), without: create() },
  {
    key: 'aws:TagKeys',
    operator: any,
    value: 'team',
    call: ({ plain: KeyId }) => ['UntagResource', { KeyId, TagKeys: ['team'] }],
    without: encrypt(),
  },
  { key: 'aws:ResourceAccount', value: accountId, call: encrypt(), without: random },
  { key: 'aws:RequestedRegion', value: region, call: random },
  { key: 'aws:SecureTransport', operator: 'Bool', value: 'true', other: 'false', call: random },
  {
    key: 'aws:CurrentTime',
    operator: 'DateLessThan',
    value: '2027-01-01T00:00:00Z',
    other: '2026-01-01T00:00:00Z',
    call: random,
  },
  { key: 'aws:EpochTime', operator: 'NumericLessThan', value: '1798761600', other: '1767225600', call: random },
  {
    key: 'aws:UserAgent',
    value: 'agent',
    call: encrypt(
      {},
      {
        headers: headerValues(['Content-Type', 'application/json', 'User-Agent', 'agent']),
      },
    ),
    without: encrypt(),
  },
  {
    key: 'aws:Referer',
    value: 'here',
    call: encrypt(
      {},
      {
        headers: headerValues(['Content-Type', 'application/json', 'Referer', 'here']),
      },
    ),
    without: encrypt(),
  },
];

/** Condition keys that no call has here, and why: a policy that asks for one finds it absent, as on AWS where it does not apply. */
export const absentKeys: Readonly<Record<string, string>> = {
  'kms:PrimaryRegion': 'belongs to UpdatePrimaryRegion',
  'kms:ReplicaRegion': 'belongs to ReplicateKey',
  'kms:ViaService': 'only services that call for somebody have it',
  'kms:RecipientAttestation:ImageSha384': 'belongs to attested callers',
  'kms:RecipientAttestation:PCR0': 'belongs to attested callers',
  'kms:RecipientAttestation:NitroTPMPCR4': 'belongs to attested callers',
  'aws:PrincipalOrgID': 'there are no organizations',
  'aws:PrincipalOrgPaths': 'there are no organizations',
  'aws:ResourceOrgID': 'there are no organizations',
  'aws:ResourceOrgPaths': 'there are no organizations',
  'aws:SourceOrgID': 'there are no organizations',
  'aws:SourceOrgPaths': 'there are no organizations',
  'aws:MultiFactorAuthPresent': 'nobody signs in; long-term keys do not have it on AWS either',
  'aws:MultiFactorAuthAge': 'nobody signs in',
  'aws:TokenIssueTime': 'sessions of one machine are not issued',
  'aws:FederatedProvider': 'sessions of one machine are not federated',
  'aws:PrincipalServiceName': 'only calls of AWS services have it',
  'aws:PrincipalServiceNamesList': 'only calls of AWS services have it',
  'aws:SourceArn': 'only calls of AWS services have it',
  'aws:SourceAccount': 'only calls of AWS services have it',
  'aws:CalledVia': 'only services that call for somebody have it',
  'aws:CalledViaFirst': 'only services that call for somebody have it',
  'aws:CalledViaLast': 'only services that call for somebody have it',
};
