import { partitionOf } from './arn.ts';
import { KmsError } from './errors.ts';
import { type KeySpec, type KeySpecFacts, specOf } from './key-specs.ts';

/** How a caller may wrap key material to bring it here, and for which keys. */

export const expirationModels = ['KEY_MATERIAL_EXPIRES', 'KEY_MATERIAL_DOES_NOT_EXPIRE'] as const;
export type ExpirationModel = (typeof expirationModels)[number];

export const importTypes = ['NEW_KEY_MATERIAL', 'EXISTING_KEY_MATERIAL'] as const;
export type ImportType = (typeof importTypes)[number];

/** All names AWS knows. RSAES_PKCS1_V1_5 is no longer taken; SM2PKE, under an SM2 key, is for China. */
export const wrappingAlgorithmNames = [
  'RSAES_PKCS1_V1_5',
  'RSAES_OAEP_SHA_1',
  'RSAES_OAEP_SHA_256',
  'RSA_AES_KEY_WRAP_SHA_1',
  'RSA_AES_KEY_WRAP_SHA_256',
  'SM2PKE',
] as const;
export const wrappingKeySpecNames = ['RSA_2048', 'RSA_3072', 'RSA_4096', 'SM2'] as const;

const direct = ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] as const;
const byAes = ['RSA_AES_KEY_WRAP_SHA_1', 'RSA_AES_KEY_WRAP_SHA_256'] as const;
const bySm2 = ['SM2PKE'] as const;

/** The names on offer. */
export type WrappingAlgorithm = (typeof direct)[number] | (typeof byAes)[number] | (typeof bySm2)[number];
export type WrappingKeySpec = (typeof wrappingKeySpecNames)[number];

/** https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys-get-public-key-and-token.html */
const wrappingsOf: Readonly<Record<KeySpecFacts['family'], readonly WrappingAlgorithm[]>> = {
  symmetric: direct,
  hmac: direct,
  ec: [...direct, ...byAes],
  rsa: [...byAes, ...bySm2],
  ed25519: [...direct, ...byAes],
  sm2: [...direct, ...bySm2],
  'ml-dsa': [],
  'ml-kem': [],
};

/** Whether keys of a spec can bring material of their own at all. */
export const isImportable = (KeySpec: KeySpec): boolean => wrappingsOf[specOf(KeySpec).family].length > 0;

/**
 * Whether material of a key spec can be wrapped so.
 * @throws {KmsError} ValidationException, which AWS answers, though its API reference has UnsupportedOperationException
 */
export const chooseWrapping = (
  KeySpec: KeySpec,
  algorithm: (typeof wrappingAlgorithmNames)[number],
  keySpec: WrappingKeySpec,
  region: string,
): { readonly algorithm: WrappingAlgorithm; readonly keySpec: WrappingKeySpec } => {
  const refuse = () =>
    new KmsError(
      'ValidationException',
      `Wrapping algorithm ${algorithm} and wrapping key spec ${keySpec} cannot be used to import a ${KeySpec} key.`,
    );
  const chosen = wrappingsOf[specOf(KeySpec).family].find((name) => name === algorithm);
  const isSm2 = chosen === 'SM2PKE';
  if (chosen === undefined || isSm2 !== (keySpec === 'SM2')) throw refuse();
  if (isSm2 && partitionOf(region) !== 'aws-cn') throw refuse();
  // A private key on P-521 is longer than what OAEP under 2048 bits can hold; AWS refuses Ed25519 there too, which it could.
  const tooShort = keySpec === 'RSA_2048' && direct.some((name) => name === chosen);
  if ((KeySpec === 'ECC_NIST_P521' || KeySpec === 'ECC_NIST_EDWARDS25519') && tooShort) throw refuse();
  return { algorithm: chosen, keySpec };
};
