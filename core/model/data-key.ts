import { KmsError } from './errors.ts';
import { dataKeyLengths, dataKeySpecs, type KeySpec, keySpecNames } from './key-specs.ts';
import { flag, grantTokens, type InputOf, integer, keyId, oneOf, optional, textMap } from './shapes.ts';

/** What GenerateDataKey and GenerateDataKeyWithoutPlaintext ask for alike. */
export const dataKeyInput = {
  KeyId: keyId(),
  EncryptionContext: optional(textMap()),
  NumberOfBytes: optional(integer({ min: 1, max: 1024 })),
  // AWS takes these two, and tells who sends another that it must be one of the key specs.
  KeySpec: optional({ ...oneOf(dataKeySpecs), told: keySpecNames }),
  GrantTokens: grantTokens(),
  DryRun: optional(flag()),
} as const;

/** Told whose key is asymmetric, though it is for encryption. */
export const symmetricKeysOnly = 'You cannot generate a data key with an asymmetric CMK';
/** The same, of a pair. */
export const symmetricKeysOnlyForPairs = 'You cannot generate a data key pair with an asymmetric CMK';

/**
 * The length of the data key in bytes.
 * @throws {KmsError} ValidationException unless exactly one of the two members says it
 */
export const dataKeyLength = (input: Pick<InputOf<typeof dataKeyInput>, 'KeySpec' | 'NumberOfBytes'>): number => {
  const { KeySpec, NumberOfBytes } = input;
  if (KeySpec !== undefined && NumberOfBytes === undefined) return dataKeyLengths[KeySpec];
  if (NumberOfBytes !== undefined && KeySpec === undefined) return NumberOfBytes;
  throw new KmsError('ValidationException', 'Please specify either number of bytes or key spec.');
};

/** A pair may be anything that encrypts, signs or agrees on secrets, except ML-DSA. */
export const dataKeyPairSpecs = [
  'RSA_2048',
  'RSA_3072',
  'RSA_4096',
  'ECC_NIST_P256',
  'ECC_NIST_P384',
  'ECC_NIST_P521',
  'ECC_SECG_P256K1',
  'SM2',
  'ECC_NIST_EDWARDS25519',
  'ML_KEM_1024',
  'ML_KEM_512',
  'ML_KEM_768',
] as const satisfies readonly KeySpec[];
export type DataKeyPairSpec = (typeof dataKeyPairSpecs)[number];

/** What GenerateDataKeyPair and GenerateDataKeyPairWithoutPlaintext ask for alike. */
export const dataKeyPairInput = {
  KeyId: keyId(),
  EncryptionContext: optional(textMap()),
  KeyPairSpec: oneOf(dataKeyPairSpecs),
  GrantTokens: grantTokens(),
  DryRun: optional(flag()),
} as const;
