import { KmsError } from './errors.ts';

/**
 * Key specs, usages and algorithms as data: what varies by key spec is a column here, never a `switch`.
 * https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html
 */

/** Each usage, and the member of KeyMetadata and GetPublicKey that lists its algorithms. */
export const algorithmMembers = {
  ENCRYPT_DECRYPT: 'EncryptionAlgorithms',
  SIGN_VERIFY: 'SigningAlgorithms',
  GENERATE_VERIFY_MAC: 'MacAlgorithms',
  KEY_AGREEMENT: 'KeyAgreementAlgorithms',
  ENCAPSULATE_DECAPSULATE: 'EncapsulationAlgorithms',
} as const;

export type KeyUsage = keyof typeof algorithmMembers;
export const keyUsages = Object.keys(algorithmMembers) as readonly KeyUsage[]; // Object.keys forgets the literal names

export const encryptionAlgorithms = ['SYMMETRIC_DEFAULT', 'RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256', 'SM2PKE'] as const;
export type EncryptionAlgorithm = (typeof encryptionAlgorithms)[number];

/** RSAES-OAEP: the hash of the label and of MGF1 alike, RFC 8017 §7.1. */
export const oaepHashes = { RSAES_OAEP_SHA_1: 'sha1', RSAES_OAEP_SHA_256: 'sha256' } as const;

export const signingAlgorithms = [
  'RSASSA_PSS_SHA_256',
  'RSASSA_PSS_SHA_384',
  'RSASSA_PSS_SHA_512',
  'RSASSA_PKCS1_V1_5_SHA_256',
  'RSASSA_PKCS1_V1_5_SHA_384',
  'RSASSA_PKCS1_V1_5_SHA_512',
  'ECDSA_SHA_256',
  'ECDSA_SHA_384',
  'ECDSA_SHA_512',
  'SM2DSA',
  'ML_DSA_SHAKE_256',
  'ED25519_SHA_512',
  'ED25519_PH_SHA_512',
] as const;
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

/** Scheme and hash of the signing algorithms, with the length of a DIGEST in bytes. */
export const signatureSchemes = {
  RSASSA_PSS_SHA_256: { scheme: 'pss', hash: 'sha256', digestLength: 32 },
  RSASSA_PSS_SHA_384: { scheme: 'pss', hash: 'sha384', digestLength: 48 },
  RSASSA_PSS_SHA_512: { scheme: 'pss', hash: 'sha512', digestLength: 64 },
  RSASSA_PKCS1_V1_5_SHA_256: { scheme: 'pkcs1', hash: 'sha256', digestLength: 32 },
  RSASSA_PKCS1_V1_5_SHA_384: { scheme: 'pkcs1', hash: 'sha384', digestLength: 48 },
  RSASSA_PKCS1_V1_5_SHA_512: { scheme: 'pkcs1', hash: 'sha512', digestLength: 64 },
  ECDSA_SHA_256: { scheme: 'ecdsa', hash: 'sha256', digestLength: 32 },
  ECDSA_SHA_384: { scheme: 'ecdsa', hash: 'sha384', digestLength: 48 },
  ECDSA_SHA_512: { scheme: 'ecdsa', hash: 'sha512', digestLength: 64 },
} as const;

export const macAlgorithms = ['HMAC_SHA_224', 'HMAC_SHA_256', 'HMAC_SHA_384', 'HMAC_SHA_512'] as const;
export type MacAlgorithm = (typeof macAlgorithms)[number];

export const macHashes = {
  HMAC_SHA_224: 'sha224',
  HMAC_SHA_256: 'sha256',
  HMAC_SHA_384: 'sha384',
  HMAC_SHA_512: 'sha512',
} as const;

export const messageTypes = ['RAW', 'DIGEST', 'EXTERNAL_MU'] as const;
export type MessageType = (typeof messageTypes)[number];

export const dataKeySpecs = ['AES_256', 'AES_128'] as const;
export const dataKeyLengths = { AES_256: 32, AES_128: 16 } as const;

type Algorithms = { readonly [Usage in KeyUsage]?: readonly string[] };

/** What a key spec is. `type` is what an alias must keep when it moves to another key. */
export type KeySpecFacts = { readonly algorithms: Algorithms; readonly type: KeyType } & (
  | { readonly family: 'symmetric'; readonly materialLength: number }
  | { readonly family: 'hmac'; readonly materialLength: number }
  | { readonly family: 'rsa'; readonly modulusBits: 2048 | 3072 | 4096 }
  | { readonly family: 'ec'; readonly curve: 'P-256' | 'P-384' | 'P-521' | 'secp256k1' }
);
export type KeyType = 'symmetric' | 'asymmetric' | 'HMAC';

const rsa = {
  family: 'rsa',
  type: 'asymmetric',
  algorithms: {
    ENCRYPT_DECRYPT: ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'],
    SIGN_VERIFY: [
      'RSASSA_PKCS1_V1_5_SHA_256',
      'RSASSA_PKCS1_V1_5_SHA_384',
      'RSASSA_PKCS1_V1_5_SHA_512',
      'RSASSA_PSS_SHA_256',
      'RSASSA_PSS_SHA_384',
      'RSASSA_PSS_SHA_512',
    ],
  },
} as const;

const ec = (curve: 'P-256' | 'P-384' | 'P-521' | 'secp256k1', algorithm: SigningAlgorithm) =>
  ({ family: 'ec', type: 'asymmetric', curve, algorithms: { SIGN_VERIFY: [algorithm] } }) as const;

const hmac = (materialLength: number, algorithm: MacAlgorithm) =>
  ({ family: 'hmac', type: 'HMAC', materialLength, algorithms: { GENERATE_VERIFY_MAC: [algorithm] } }) as const;

/** The key specs on offer. HMAC keys are as long as their digest (RFC 2104 §3). */
export const keySpecs = {
  SYMMETRIC_DEFAULT: {
    family: 'symmetric',
    type: 'symmetric',
    materialLength: 32,
    algorithms: { ENCRYPT_DECRYPT: ['SYMMETRIC_DEFAULT'] },
  },
  RSA_2048: { ...rsa, modulusBits: 2048 },
  RSA_3072: { ...rsa, modulusBits: 3072 },
  RSA_4096: { ...rsa, modulusBits: 4096 },
  ECC_NIST_P256: ec('P-256', 'ECDSA_SHA_256'),
  ECC_NIST_P384: ec('P-384', 'ECDSA_SHA_384'),
  ECC_NIST_P521: ec('P-521', 'ECDSA_SHA_512'),
  ECC_SECG_P256K1: ec('secp256k1', 'ECDSA_SHA_256'),
  HMAC_224: hmac(28, 'HMAC_SHA_224'),
  HMAC_256: hmac(32, 'HMAC_SHA_256'),
  HMAC_384: hmac(48, 'HMAC_SHA_384'),
  HMAC_512: hmac(64, 'HMAC_SHA_512'),
} as const satisfies Record<string, KeySpecFacts>;

export type KeySpec = keyof typeof keySpecs;

/** The facts of a key spec, with its own members hidden behind what all specs share. */
export const specOf = (KeySpec: KeySpec): KeySpecFacts => keySpecs[KeySpec];

/** Algorithms a key may be used with: those of its spec for its usage, in AWS's order. */
export const algorithmsOf = (KeySpec: KeySpec, KeyUsage: KeyUsage): readonly string[] =>
  specOf(KeySpec).algorithms[KeyUsage] ?? [];

/** All names AWS knows; a name outside `keySpecs` is refused as not offered here. */
export const keySpecNames = [
  'RSA_2048',
  'RSA_3072',
  'RSA_4096',
  'ECC_NIST_P256',
  'ECC_NIST_P384',
  'ECC_NIST_P521',
  'ECC_SECG_P256K1',
  'SYMMETRIC_DEFAULT',
  'HMAC_224',
  'HMAC_256',
  'HMAC_384',
  'HMAC_512',
  'SM2',
  'ML_DSA_44',
  'ML_DSA_65',
  'ML_DSA_87',
  'ECC_NIST_EDWARDS25519',
  'ML_KEM_1024',
  'ML_KEM_512',
  'ML_KEM_768',
] as const;

/** The enum of the deprecated member CustomerMasterKeySpec, which never learnt the newer specs. */
export const customerMasterKeySpecs = keySpecNames.slice(0, 13);

export const origins = ['AWS_KMS', 'EXTERNAL', 'AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE'] as const;
export type Origin = (typeof origins)[number];

const isOffered = (name: string): name is KeySpec => Object.hasOwn(keySpecs, name);

/**
 * Spec and usage of a key to be made. https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html
 * @throws {KmsError} ValidationException, or UnsupportedOperationException for a spec or usage that is not offered here
 */
export const chooseKeySpec = (asked: {
  readonly KeySpec?: string | undefined;
  readonly CustomerMasterKeySpec?: string | undefined;
  readonly KeyUsage?: KeyUsage | undefined;
}): { readonly KeySpec: KeySpec; readonly KeyUsage: KeyUsage } => {
  if (asked.KeySpec !== undefined && asked.CustomerMasterKeySpec !== undefined) {
    throw new KmsError(
      'ValidationException',
      'You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.',
    );
  }
  const name = asked.KeySpec ?? asked.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT';
  if (asked.KeyUsage === undefined && name !== 'SYMMETRIC_DEFAULT') {
    throw new KmsError(
      'ValidationException',
      'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
    );
  }
  const KeyUsage = asked.KeyUsage ?? 'ENCRYPT_DECRYPT';
  if (!isOffered(name)) {
    throw new KmsError('UnsupportedOperationException', `KeySpec ${name} is not supported.`);
  }
  if (algorithmsOf(name, KeyUsage).length === 0) {
    throw new KmsError('ValidationException', `KeyUsage ${KeyUsage} is not compatible with KeySpec ${name}`);
  }
  return { KeySpec: name, KeyUsage };
};
