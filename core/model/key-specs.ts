import { partitionOf } from './arn.ts';
import { KmsError } from './errors.ts';
import type { SigningAlgorithm } from './signing.ts';

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

/** In the order in which AWS tells them. */
export const encryptionAlgorithms = ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256', 'SM2PKE', 'SYMMETRIC_DEFAULT'] as const;
export type EncryptionAlgorithm = (typeof encryptionAlgorithms)[number];

/** RSAES-OAEP: the hash of the label and of MGF1 alike, RFC 8017 §7.1. */
export const oaepHashes = { RSAES_OAEP_SHA_1: 'sha1', RSAES_OAEP_SHA_256: 'sha256' } as const;

/** In the order in which AWS tells them. */
export const macAlgorithms = ['HMAC_SHA_384', 'HMAC_SHA_256', 'HMAC_SHA_224', 'HMAC_SHA_512'] as const;
export type MacAlgorithm = (typeof macAlgorithms)[number];

export const macHashes = {
  HMAC_SHA_224: 'sha224',
  HMAC_SHA_256: 'sha256',
  HMAC_SHA_384: 'sha384',
  HMAC_SHA_512: 'sha512',
} as const;

/** Raw agreement, without a key derivation. SP 800-56A rev. 3 §5.7.1.2. */
export const keyAgreementAlgorithms = ['ECDH'] as const;
export const encapsulationAlgorithms = ['ML_KEM'] as const;

export const dataKeySpecs = ['AES_256', 'AES_128'] as const;
export const dataKeyLengths = { AES_256: 32, AES_128: 16 } as const;

type Algorithms = { readonly [Usage in KeyUsage]?: readonly string[] };

/** What a key spec is. `type` is what an alias must keep when it moves to another key. */
export type KeySpecFacts = {
  readonly algorithms: Algorithms;
  readonly type: KeyType;
  /** Where AWS has it, if not in every partition. */
  readonly offered?: 'in China' | 'outside China';
} & (
  | { readonly family: 'symmetric'; readonly materialLength: number }
  | { readonly family: 'hmac'; readonly materialLength: number }
  | { readonly family: 'rsa'; readonly modulusBits: 2048 | 3072 | 4096 }
  | { readonly family: 'ec'; readonly curve: EcCurve }
  | { readonly family: 'ed25519' }
  | { readonly family: 'sm2' }
  | { readonly family: 'ml-dsa'; readonly set: 'ML-DSA-44' | 'ML-DSA-65' | 'ML-DSA-87' }
  | { readonly family: 'ml-kem'; readonly set: 'ML-KEM-512' | 'ML-KEM-768' | 'ML-KEM-1024' }
);
type EcCurve = 'P-256' | 'P-384' | 'P-521' | 'secp256k1';
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

const ec = (curve: EcCurve, algorithm: SigningAlgorithm) =>
  ({ family: 'ec', type: 'asymmetric', curve, algorithms: { SIGN_VERIFY: [algorithm] } }) as const;

/** The curves of NIST agree on secrets as well. */
const nistEc = (curve: EcCurve, algorithm: SigningAlgorithm) => {
  const { algorithms, ...facts } = ec(curve, algorithm);
  return { ...facts, algorithms: { ...algorithms, KEY_AGREEMENT: keyAgreementAlgorithms } } as const;
};

const mlDsa = (set: 'ML-DSA-44' | 'ML-DSA-65' | 'ML-DSA-87') =>
  ({ family: 'ml-dsa', type: 'asymmetric', set, algorithms: { SIGN_VERIFY: ['ML_DSA_SHAKE_256'] } }) as const;

const mlKem = (set: 'ML-KEM-512' | 'ML-KEM-768' | 'ML-KEM-1024') =>
  ({
    family: 'ml-kem',
    type: 'asymmetric',
    set,
    offered: 'outside China',
    algorithms: { ENCAPSULATE_DECAPSULATE: encapsulationAlgorithms },
  }) as const;

const hmac = (materialLength: number, algorithm: MacAlgorithm) =>
  ({ family: 'hmac', type: 'HMAC', materialLength, algorithms: { GENERATE_VERIFY_MAC: [algorithm] } }) as const;

/** The key specs of AWS, in the order in which it tells them. HMAC keys are as long as their digest (RFC 2104 §3). */
export const keySpecs = {
  RSA_2048: { ...rsa, modulusBits: 2048 },
  RSA_3072: { ...rsa, modulusBits: 3072 },
  RSA_4096: { ...rsa, modulusBits: 4096 },
  ECC_NIST_P256: nistEc('P-256', 'ECDSA_SHA_256'),
  ECC_NIST_P384: nistEc('P-384', 'ECDSA_SHA_384'),
  ECC_NIST_P521: nistEc('P-521', 'ECDSA_SHA_512'),
  ECC_SECG_P256K1: ec('secp256k1', 'ECDSA_SHA_256'),
  ECC_NIST_EDWARDS25519: {
    family: 'ed25519',
    type: 'asymmetric',
    algorithms: { SIGN_VERIFY: ['ED25519_PH_SHA_512', 'ED25519_SHA_512'] },
  },
  SYMMETRIC_DEFAULT: {
    family: 'symmetric',
    type: 'symmetric',
    materialLength: 32,
    algorithms: { ENCRYPT_DECRYPT: ['SYMMETRIC_DEFAULT'] },
  },
  HMAC_224: hmac(28, 'HMAC_SHA_224'),
  HMAC_256: hmac(32, 'HMAC_SHA_256'),
  HMAC_384: hmac(48, 'HMAC_SHA_384'),
  HMAC_512: hmac(64, 'HMAC_SHA_512'),
  SM2: {
    family: 'sm2',
    type: 'asymmetric',
    offered: 'in China',
    algorithms: { ENCRYPT_DECRYPT: ['SM2PKE'], SIGN_VERIFY: ['SM2DSA'], KEY_AGREEMENT: keyAgreementAlgorithms },
  },
  ML_DSA_44: mlDsa('ML-DSA-44'),
  ML_DSA_65: mlDsa('ML-DSA-65'),
  ML_DSA_87: mlDsa('ML-DSA-87'),
  ML_KEM_512: mlKem('ML-KEM-512'),
  ML_KEM_768: mlKem('ML-KEM-768'),
  ML_KEM_1024: mlKem('ML-KEM-1024'),
} as const satisfies Record<string, KeySpecFacts>;

export type KeySpec = keyof typeof keySpecs;
export const keySpecNames = Object.keys(keySpecs) as readonly KeySpec[]; // Object.keys forgets the literal names

/** The facts of a key spec, with its own members hidden behind what all specs share. */
export const specOf = (KeySpec: KeySpec): KeySpecFacts => keySpecs[KeySpec];

/** Algorithms a key may be used with: those of its spec for its usage, in AWS's order. */
export const algorithmsOf = (KeySpec: KeySpec, KeyUsage: KeyUsage): readonly string[] =>
  specOf(KeySpec).algorithms[KeyUsage] ?? [];

/** What CreateKey takes in the deprecated member CustomerMasterKeySpec, which never learnt the newer specs; answers have them all. */
export const customerMasterKeySpecs = keySpecNames
  .slice(0, keySpecNames.indexOf('SM2') + 1)
  .filter((name) => name !== 'ECC_NIST_EDWARDS25519');

export const origins = ['AWS_KMS', 'EXTERNAL', 'AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE'] as const;
export type Origin = (typeof origins)[number];

/**
 * Guards against a spec which AWS does not have in such a Region.
 * @throws {KmsError} UnsupportedOperationException
 */
export const checkOffered = (KeySpec: KeySpec, region: string): void => {
  const { offered } = specOf(KeySpec);
  const here = partitionOf(region) === 'aws-cn' ? 'in China' : 'outside China';
  if (offered !== undefined && offered !== here) {
    throw new KmsError('UnsupportedOperationException', `KeySpec ${KeySpec} is not supported in this Region`);
  }
};

/**
 * Spec and usage of a key to be made. https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html
 * @throws {KmsError} ValidationException, or UnsupportedOperationException for a spec that this Region has not
 */
export const chooseKeySpec = (
  asked: {
    readonly KeySpec?: KeySpec | undefined;
    readonly CustomerMasterKeySpec?: KeySpec | undefined;
    readonly KeyUsage?: KeyUsage | undefined;
  },
  region: string,
): { readonly KeySpec: KeySpec; readonly KeyUsage: KeyUsage } => {
  if (asked.KeySpec !== undefined && asked.CustomerMasterKeySpec !== undefined) {
    throw new KmsError(
      'ValidationException',
      'You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.',
    );
  }
  const KeySpec = asked.KeySpec ?? asked.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT';
  if (asked.KeyUsage === undefined && KeySpec !== 'SYMMETRIC_DEFAULT') {
    throw new KmsError(
      'ValidationException',
      'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
    );
  }
  checkOffered(KeySpec, region);
  const KeyUsage = asked.KeyUsage ?? 'ENCRYPT_DECRYPT';
  if (algorithmsOf(KeySpec, KeyUsage).length === 0) {
    throw new KmsError('ValidationException', `KeyUsage ${KeyUsage} is not compatible with KeySpec ${KeySpec}`);
  }
  return { KeySpec, KeyUsage };
};
