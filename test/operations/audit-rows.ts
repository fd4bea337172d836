import { expect } from 'vitest';
import type { OperationName } from '../../lambdas/operations/index.ts';

/** What CloudTrail shows of a call that succeeds: `$Name` is the member of the request; of a target, its key's ARN. */
export interface AuditRow {
  readonly parameters: Readonly<Record<string, unknown>> | null;
  readonly response?: Readonly<Record<string, unknown>>;
  /** Names of targets, and `alias`. */
  readonly resources: readonly string[];
  /** Ids of key material in `additionalEventData`. */
  readonly materials?: readonly string[];
}

const keyOnly: AuditRow = { parameters: { keyId: '$KeyId' }, resources: ['key'] };
const change: AuditRow = { ...keyOnly, response: { keyId: '$key' } };
const store: AuditRow = { parameters: { customKeyStoreId: '$CustomKeyStoreId' }, resources: [] };
const key = (...members: readonly string[]): AuditRow => ({
  ...keyOnly,
  parameters: Object.fromEntries(['KeyId', ...members].map((name) => [lowerFirst(name), `$${name}`])),
});
const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);
const withMaterial = { materials: ['keyMaterialId'] };
const algorithm = { encryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
const alias = { aliasName: '$AliasName', targetKeyId: '$TargetKeyId' };

/** https://docs.aws.amazon.com/kms/latest/developerguide/understanding-kms-entries.html */
export const auditRows: Readonly<Record<OperationName, AuditRow>> = {
  CancelKeyDeletion: change,
  ConnectCustomKeyStore: store,
  CreateAlias: { parameters: alias, response: { keyId: '$key' }, resources: ['key', 'alias'] },
  CreateCustomKeyStore: { parameters: { customKeyStoreName: '$CustomKeyStoreName' }, resources: [] },
  CreateGrant: {
    ...key('GranteePrincipal', 'Operations'),
    response: { keyId: '$key', grantId: expect.stringMatching(/^[0-9a-f]{64}$/) },
  },
  CreateKey: {
    parameters: {
      description: '',
      keyUsage: 'ENCRYPT_DECRYPT',
      keySpec: 'SYMMETRIC_DEFAULT',
      customerMasterKeySpec: 'SYMMETRIC_DEFAULT',
      origin: 'AWS_KMS',
      multiRegion: false,
      bypassPolicyLockoutSafetyCheck: false,
    },
    response: {
      keyMetadata: {
        aWSAccountId: '111122223333',
        keyId: expect.any(String),
        arn: expect.stringContaining(':key/'),
        creationDate: 'Nov 21, 2026, 12:00:00 PM',
        enabled: true,
        description: '',
        keyUsage: 'ENCRYPT_DECRYPT',
        keyState: 'Enabled',
        origin: 'AWS_KMS',
        keyManager: 'CUSTOMER',
        customerMasterKeySpec: 'SYMMETRIC_DEFAULT',
        keySpec: 'SYMMETRIC_DEFAULT',
        encryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
        multiRegion: false,
        currentKeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    },
    resources: ['made'],
  },
  Decapsulate: key('EncapsulationAlgorithm'),
  Decrypt: { parameters: { keyId: '$KeyId', ...algorithm }, resources: ['key'], ...withMaterial },
  DeleteAlias: { parameters: { aliasName: '$AliasName' }, response: { keyId: '$key' }, resources: ['alias', 'key'] },
  DeleteCustomKeyStore: store,
  DeleteImportedKeyMaterial: { ...change, response: { keyId: '$key', keyMaterialId: undefined } },
  DeriveSharedSecret: key('KeyAgreementAlgorithm'),
  DescribeCustomKeyStores: { parameters: null, resources: [] },
  DescribeKey: keyOnly,
  DisableKey: change,
  DisableKeyRotation: keyOnly,
  DisconnectCustomKeyStore: store,
  EnableKey: change,
  EnableKeyRotation: { ...key('RotationPeriodInDays'), response: { keyId: '$key' } },
  Encapsulate: key('EncapsulationAlgorithm'),
  Encrypt: { parameters: { keyId: '$KeyId', ...algorithm }, resources: ['key'], ...withMaterial },
  GenerateDataKey: { ...key('KeySpec'), ...withMaterial },
  GenerateDataKeyPair: { ...key('KeyPairSpec'), ...withMaterial },
  GenerateDataKeyPairWithoutPlaintext: { ...key('KeyPairSpec'), ...withMaterial },
  GenerateDataKeyWithoutPlaintext: { ...key('NumberOfBytes'), ...withMaterial },
  GenerateMac: key('MacAlgorithm'),
  GenerateRandom: { parameters: null, resources: [] },
  GetKeyLastUsage: keyOnly,
  GetKeyPolicy: keyOnly,
  GetKeyRotationStatus: keyOnly,
  GetParametersForImport: key('WrappingAlgorithm', 'WrappingKeySpec'),
  GetPublicKey: keyOnly,
  ImportKeyMaterial: {
    ...key('ExpirationModel'),
    response: { keyId: '$key', keyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/) },
  },
  ListAliases: { parameters: { keyId: '$KeyId' }, resources: [] },
  ListGrants: keyOnly,
  ListKeyPolicies: keyOnly,
  ListKeyRotations: keyOnly,
  ListKeys: { parameters: null, resources: [] },
  ListResourceTags: keyOnly,
  ListRetirableGrants: { parameters: { retiringPrincipal: '$RetiringPrincipal' }, resources: [] },
  PutKeyPolicy: key('Policy'),
  ReEncrypt: {
    parameters: {
      sourceKeyId: '$SourceKeyId',
      destinationKeyId: '$DestinationKeyId',
      sourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      destinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    },
    resources: ['source', 'destination'],
    materials: ['sourceKeyMaterialId', 'destinationKeyMaterialId'],
  },
  ReplicateKey: {
    parameters: {
      keyId: '$KeyId',
      replicaRegion: '$ReplicaRegion',
      description: '',
      bypassPolicyLockoutSafetyCheck: false,
    },
    response: {
      replicaKeyMetadata: expect.objectContaining({ aWSAccountId: '111122223333', keyState: 'Creating' }),
      replicaPolicy: expect.stringContaining('"Statement"'),
    },
    resources: ['key'],
  },
  RetireGrant: { parameters: null, resources: ['key'] },
  RevokeGrant: key('GrantId'),
  RotateKeyOnDemand: change,
  ScheduleKeyDeletion: {
    ...key('PendingWindowInDays'),
    response: {
      keyId: '$key',
      keyState: 'PendingDeletion',
      deletionDate: 'Nov 28, 2026, 12:00:00 PM',
      pendingWindowInDays: 7,
    },
  },
  Sign: { ...key('SigningAlgorithm'), parameters: { ...key('SigningAlgorithm').parameters, messageType: 'RAW' } },
  TagResource: { ...change, parameters: { keyId: '$KeyId', tags: [{ tagKey: 'a', tagValue: 'a' }] } },
  UntagResource: { ...key('TagKeys'), response: { keyId: '$key' } },
  UpdateAlias: { parameters: alias, response: { keyId: '$key' }, resources: ['alias', 'previous', 'key'] },
  UpdateCustomKeyStore: store,
  UpdateKeyDescription: key('Description'),
  UpdatePrimaryRegion: { ...key('PrimaryRegion'), response: { keyId: '$key' } },
  Verify: { ...key('SigningAlgorithm'), parameters: { ...key('SigningAlgorithm').parameters, messageType: 'RAW' } },
  VerifyMac: key('MacAlgorithm'),
};
