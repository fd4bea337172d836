import { generateEc } from './ec-key.ts';
import { generateEd25519 } from './ed25519.ts';
import { exportPublicKey, loadKeyPair } from './key-pair.ts';
import { generateMlKem, type MlKemSet, mlKemPublicKey } from './ml-kem.ts';
import { generateRsa } from './rsa-key.ts';
import { generateSm2, sm2PublicKey } from './sm2.ts';

/** A pair which a caller asked for and keeps. */
export interface DataKeyPair {
  /** PKCS#8 DER (RFC 5958); ML-KEM as its seed. The caller owns and wipes it. */
  readonly privateKey: Buffer;
  /** SubjectPublicKeyInfo DER (RFC 5280 §4.1). */
  readonly publicKey: Buffer;
}

const withPublicKey = (privateKey: Buffer): DataKeyPair => ({
  privateKey,
  publicKey: exportPublicKey(loadKeyPair(privateKey)),
});

const mlKemPair = (set: MlKemSet): DataKeyPair => {
  const privateKey = generateMlKem(set);
  return { privateKey, publicKey: mlKemPublicKey(set, privateKey) };
};

/** How each is made. https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyPair.html */
const makers = {
  RSA_2048: async () => withPublicKey(await generateRsa(2048)),
  RSA_3072: async () => withPublicKey(await generateRsa(3072)),
  RSA_4096: async () => withPublicKey(await generateRsa(4096)),
  ECC_NIST_P256: () => withPublicKey(generateEc('P-256')),
  ECC_NIST_P384: () => withPublicKey(generateEc('P-384')),
  ECC_NIST_P521: () => withPublicKey(generateEc('P-521')),
  ECC_SECG_P256K1: () => withPublicKey(generateEc('secp256k1')),
  ECC_NIST_EDWARDS25519: () => withPublicKey(generateEd25519()),
  SM2: () => {
    const privateKey = generateSm2();
    return { privateKey, publicKey: sm2PublicKey(privateKey) };
  },
  ML_KEM_512: () => mlKemPair('ML-KEM-512'),
  ML_KEM_768: () => mlKemPair('ML-KEM-768'),
  ML_KEM_1024: () => mlKemPair('ML-KEM-1024'),
} as const satisfies Record<string, () => DataKeyPair | Promise<DataKeyPair>>;

export type DataKeyPairSpec = keyof typeof makers;

/** Makes a data key pair, RSA off the main thread. */
export const generateDataKeyPair = async (spec: DataKeyPairSpec): Promise<DataKeyPair> => makers[spec]();
