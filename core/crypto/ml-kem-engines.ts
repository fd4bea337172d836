import crypto from 'node:crypto';
import { ml_kem512, ml_kem768, ml_kem1024 } from '@noble/post-quantum/ml-kem.js';
import { wipe } from './bytes.ts';
import { exportPublicKey, loadKeyPair } from './key-pair.ts';
import { encodePublicKey, encodeSeed, publicKeyOf, type SeedKeyKind, seedOf } from './seed-key.ts';

/** The parameter sets of ML-KEM: FIPS 203 §8, table 3; object identifiers of RFC 9935 §3. The seed is d ‖ z. */
export const mlKemSets = {
  'ML-KEM-512': { name: 'ML-KEM-512', arcs: [4, 1], seedLength: 64, publicKeyLength: 800, ciphertextLength: 768 },
  'ML-KEM-768': { name: 'ML-KEM-768', arcs: [4, 2], seedLength: 64, publicKeyLength: 1184, ciphertextLength: 1088 },
  'ML-KEM-1024': { name: 'ML-KEM-1024', arcs: [4, 3], seedLength: 64, publicKeyLength: 1568, ciphertextLength: 1568 },
} as const satisfies Record<string, SeedKeyKind & { ciphertextLength: number }>;

export type MlKemSet = keyof typeof mlKemSets;

export interface Encapsulated {
  /** 32 bytes; the caller owns and wipes them. */
  readonly sharedSecret: Buffer;
  readonly ciphertext: Buffer;
}

/** Who computes ML-KEM. All keys are DER, in the seed form. */
export interface MlKemEngine {
  publicKey(set: MlKemSet, pkcs8: Buffer): Buffer;
  /** @throws {Error} on a public key with numbers out of range, FIPS 203 §7.2 */
  encapsulate(set: MlKemSet, spki: Buffer): Encapsulated;
  /** The ciphertext is as long as it must be. */
  decapsulate(set: MlKemSet, pkcs8: Buffer, ciphertext: Uint8Array): Buffer;
}

/** OpenSSL 3.5 or later. */
export const nativeMlKem: MlKemEngine = {
  publicKey: (_, pkcs8) => exportPublicKey(loadKeyPair(pkcs8)),
  encapsulate: (_, key) => {
    const { sharedKey, ciphertext } = crypto.encapsulate({ key, format: 'der', type: 'spki' });
    return { sharedSecret: sharedKey, ciphertext };
  },
  decapsulate: (_, key, ciphertext) => crypto.decapsulate({ key, format: 'der', type: 'pkcs8' }, ciphertext),
};

/** JavaScript, some twenty times slower, and with no constant time. */
export const nobleMlKem: MlKemEngine = {
  publicKey: (set, pkcs8) => withSecretKey(set, pkcs8, (_, publicKey) => encodePublicKey(mlKemSets[set], publicKey)),
  encapsulate: (set, spki) => {
    const { sharedSecret, cipherText } = nobleOf(set).encapsulate(publicKeyOf(mlKemSets[set], spki));
    return { sharedSecret: owned(sharedSecret), ciphertext: Buffer.from(cipherText) };
  },
  decapsulate: (set, pkcs8, ciphertext) =>
    withSecretKey(set, pkcs8, (secretKey) => owned(nobleOf(set).decapsulate(ciphertext, secretKey))),
};

/** Bundles load the library when it is asked for (scripts/set-aside.ts). */
const nobleOf = (set: MlKemSet) => (set === 'ML-KEM-512' ? ml_kem512 : set === 'ML-KEM-768' ? ml_kem768 : ml_kem1024);

/** A Buffer of its own with what the library gave, whose copy is wiped. */
const owned = (secret: Uint8Array): Buffer => {
  try {
    return Buffer.from(secret);
  } finally {
    wipe(secret);
  }
};

/** Lends the decapsulation key, and wipes it afterwards. */
const withSecretKey = <Result>(
  set: MlKemSet,
  pkcs8: Buffer,
  use: (secretKey: Uint8Array, publicKey: Uint8Array) => Result,
): Result => {
  const { secretKey, publicKey } = nobleOf(set).keygen(seedOf(mlKemSets[set], pkcs8));
  try {
    return use(secretKey, publicKey);
  } finally {
    wipe(secretKey);
  }
};

/** Asks once: OpenSSL before 3.5 knows no such key, and Node.js before 24.7 no such functions. */
const isNative = (): boolean => {
  try {
    const { asymmetricKeyType } = loadKeyPair(encodeSeed(mlKemSets['ML-KEM-512'], Buffer.alloc(64))).privateKey;
    return asymmetricKeyType === 'ml-kem-512' && typeof crypto.encapsulate === 'function';
  } catch {
    return false;
  }
};

export const mlKemEngine: MlKemEngine = /* @__PURE__ */ isNative() ? nativeMlKem : nobleMlKem;
