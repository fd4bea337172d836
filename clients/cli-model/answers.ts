import type { OperationName } from '../../lambdas/operations/index.ts';

/** What a member of an answer is on the wire; its bounds are the service's business. */
export type Form = 'string' | 'blob' | 'boolean' | 'integer' | 'timestamp' | 'map' | readonly [Form] | Answer;

export interface Answer {
  readonly [member: string]: Form;
}

const keyMetadata: Answer = {
  AWSAccountId: 'string',
  KeyId: 'string',
  Arn: 'string',
  CreationDate: 'timestamp',
  Enabled: 'boolean',
  Description: 'string',
  KeyUsage: 'string',
  KeyState: 'string',
  DeletionDate: 'timestamp',
  ValidTo: 'timestamp',
  Origin: 'string',
  CustomKeyStoreId: 'string',
  CloudHsmClusterId: 'string',
  ExpirationModel: 'string',
  KeyManager: 'string',
  CustomerMasterKeySpec: 'string',
  KeySpec: 'string',
  EncryptionAlgorithms: ['string'],
  SigningAlgorithms: ['string'],
  KeyAgreementAlgorithms: ['string'],
  MultiRegion: 'boolean',
  MultiRegionConfiguration: {
    MultiRegionKeyType: 'string',
    PrimaryKey: { Arn: 'string', Region: 'string' },
    ReplicaKeys: [{ Arn: 'string', Region: 'string' }],
  },
  PendingDeletionWindowInDays: 'integer',
  MacAlgorithms: ['string'],
  XksKeyConfiguration: { Id: 'string' },
  CurrentKeyMaterialId: 'string',
  EncapsulationAlgorithms: ['string'],
};

const tags: Form = [{ TagKey: 'string', TagValue: 'string' }];

const grants: Form = [
  {
    KeyId: 'string',
    GrantId: 'string',
    Name: 'string',
    CreationDate: 'timestamp',
    GranteePrincipal: 'string',
    RetiringPrincipal: 'string',
    IssuingAccount: 'string',
    Operations: ['string'],
    Constraints: { EncryptionContextSubset: 'map', EncryptionContextEquals: 'map', SourceArn: 'string' },
    GranteeServicePrincipal: 'string',
    RetiringServicePrincipal: 'string',
  },
];

const customKeyStores: Form = [
  {
    CustomKeyStoreId: 'string',
    CustomKeyStoreName: 'string',
    CloudHsmClusterId: 'string',
    TrustAnchorCertificate: 'string',
    ConnectionState: 'string',
    ConnectionErrorCode: 'string',
    CreationDate: 'timestamp',
    CustomKeyStoreType: 'string',
    XksProxyConfiguration: {
      Connectivity: 'string',
      AccessKeyId: 'string',
      UriEndpoint: 'string',
      UriPath: 'string',
      VpcEndpointServiceName: 'string',
      VpcEndpointServiceOwner: 'string',
    },
  },
];

const rotations: Form = [
  {
    KeyId: 'string',
    KeyMaterialId: 'string',
    KeyMaterialDescription: 'string',
    ImportState: 'string',
    KeyMaterialState: 'string',
    ExpirationModel: 'string',
    ValidTo: 'timestamp',
    RotationDate: 'timestamp',
    RotationType: 'string',
  },
];

const aliases: Form = [
  {
    AliasName: 'string',
    AliasArn: 'string',
    TargetKeyId: 'string',
    CreationDate: 'timestamp',
    LastUpdatedDate: 'timestamp',
  },
];

const page = { NextMarker: 'string', Truncated: 'boolean' } as const;

/**
 * The members of every answer, by operation; those that are not here answer nothing. Clients drop members they do not know,
 * and turn blobs and timestamps into values by these types.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_Operations.html
 */
export const answers: { readonly [Name in OperationName]?: Answer } = {
  CancelKeyDeletion: { KeyId: 'string' },
  ConnectCustomKeyStore: {},
  CreateCustomKeyStore: { CustomKeyStoreId: 'string' },
  CreateGrant: { GrantToken: 'string', GrantId: 'string' },
  CreateKey: { KeyMetadata: keyMetadata },
  Decapsulate: { KeyId: 'string', SharedSecret: 'blob', EncapsulationAlgorithm: 'string' },
  Decrypt: {
    KeyId: 'string',
    Plaintext: 'blob',
    EncryptionAlgorithm: 'string',
    CiphertextForRecipient: 'blob',
    KeyMaterialId: 'string',
  },
  DeleteCustomKeyStore: {},
  DeleteImportedKeyMaterial: { KeyId: 'string', KeyMaterialId: 'string' },
  DeriveSharedSecret: {
    KeyId: 'string',
    SharedSecret: 'blob',
    CiphertextForRecipient: 'blob',
    KeyAgreementAlgorithm: 'string',
    KeyOrigin: 'string',
  },
  DescribeCustomKeyStores: { CustomKeyStores: customKeyStores, ...page },
  DescribeKey: { KeyMetadata: keyMetadata },
  DisconnectCustomKeyStore: {},
  Encapsulate: {
    KeyId: 'string',
    SharedSecret: 'blob',
    SharedSecretCiphertextBlob: 'blob',
    EncapsulationAlgorithm: 'string',
  },
  Encrypt: { CiphertextBlob: 'blob', KeyId: 'string', EncryptionAlgorithm: 'string' },
  GenerateDataKey: {
    CiphertextBlob: 'blob',
    Plaintext: 'blob',
    KeyId: 'string',
    CiphertextForRecipient: 'blob',
    KeyMaterialId: 'string',
  },
  GenerateDataKeyPair: {
    PrivateKeyCiphertextBlob: 'blob',
    PrivateKeyPlaintext: 'blob',
    PublicKey: 'blob',
    KeyId: 'string',
    KeyPairSpec: 'string',
    CiphertextForRecipient: 'blob',
    KeyMaterialId: 'string',
  },
  GenerateDataKeyPairWithoutPlaintext: {
    PrivateKeyCiphertextBlob: 'blob',
    PublicKey: 'blob',
    KeyId: 'string',
    KeyPairSpec: 'string',
    KeyMaterialId: 'string',
  },
  GenerateDataKeyWithoutPlaintext: { CiphertextBlob: 'blob', KeyId: 'string', KeyMaterialId: 'string' },
  GenerateMac: { Mac: 'blob', MacAlgorithm: 'string', KeyId: 'string' },
  GenerateRandom: { Plaintext: 'blob', CiphertextForRecipient: 'blob' },
  GetKeyLastUsage: {
    KeyId: 'string',
    KeyLastUsage: {
      Operation: 'string',
      Timestamp: 'timestamp',
      CloudTrailEventId: 'string',
      KmsRequestId: 'string',
    },
    TrackingStartDate: 'timestamp',
    KeyCreationDate: 'timestamp',
  },
  GetKeyPolicy: { Policy: 'string', PolicyName: 'string' },
  GetKeyRotationStatus: {
    KeyRotationEnabled: 'boolean',
    KeyId: 'string',
    RotationPeriodInDays: 'integer',
    NextRotationDate: 'timestamp',
    OnDemandRotationStartDate: 'timestamp',
  },
  GetParametersForImport: {
    KeyId: 'string',
    ImportToken: 'blob',
    PublicKey: 'blob',
    ParametersValidTo: 'timestamp',
  },
  GetPublicKey: {
    KeyId: 'string',
    PublicKey: 'blob',
    CustomerMasterKeySpec: 'string',
    KeySpec: 'string',
    KeyUsage: 'string',
    EncryptionAlgorithms: ['string'],
    SigningAlgorithms: ['string'],
    KeyAgreementAlgorithms: ['string'],
    EncapsulationAlgorithms: ['string'],
  },
  ImportKeyMaterial: { KeyId: 'string', KeyMaterialId: 'string' },
  ListAliases: { Aliases: aliases, ...page },
  ListGrants: { Grants: grants, ...page },
  ListKeyPolicies: { PolicyNames: ['string'], ...page },
  ListKeyRotations: { Rotations: rotations, ...page },
  ListKeys: { Keys: [{ KeyId: 'string', KeyArn: 'string' }], ...page },
  ListResourceTags: { Tags: tags, ...page },
  ListRetirableGrants: { Grants: grants, ...page },
  ReEncrypt: {
    CiphertextBlob: 'blob',
    SourceKeyId: 'string',
    KeyId: 'string',
    SourceEncryptionAlgorithm: 'string',
    DestinationEncryptionAlgorithm: 'string',
    SourceKeyMaterialId: 'string',
    DestinationKeyMaterialId: 'string',
  },
  ReplicateKey: { ReplicaKeyMetadata: keyMetadata, ReplicaPolicy: 'string', ReplicaTags: tags },
  RotateKeyOnDemand: { KeyId: 'string' },
  ScheduleKeyDeletion: {
    KeyId: 'string',
    DeletionDate: 'timestamp',
    KeyState: 'string',
    PendingWindowInDays: 'integer',
  },
  Sign: { KeyId: 'string', Signature: 'blob', SigningAlgorithm: 'string' },
  UpdateCustomKeyStore: {},
  Verify: { KeyId: 'string', SignatureValid: 'boolean', SigningAlgorithm: 'string' },
  VerifyMac: { KeyId: 'string', MacValid: 'boolean', MacAlgorithm: 'string' },
};
