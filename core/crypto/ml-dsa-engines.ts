import { sign, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js';
import { wipe } from './bytes.ts';
import { exportPublicKey, loadKeyPair } from './key-pair.ts';
import { encodePublicKey, encodeSeed, publicKeyOf, type SeedKeyKind, seedOf } from './seed-key.ts';

/** The parameter sets of ML-DSA: FIPS 204 §4, table 2; object identifiers of RFC 9881 §2. */
export const mlDsaSets = {
  'ML-DSA-44': { name: 'ML-DSA-44', arcs: [3, 17], seedLength: 32, publicKeyLength: 1312, signatureLength: 2420 },
  'ML-DSA-65': { name: 'ML-DSA-65', arcs: [3, 18], seedLength: 32, publicKeyLength: 1952, signatureLength: 3309 },
  'ML-DSA-87': { name: 'ML-DSA-87', arcs: [3, 19], seedLength: 32, publicKeyLength: 2592, signatureLength: 4627 },
} as const satisfies Record<string, SeedKeyKind & { signatureLength: number }>;

export type MlDsaSet = keyof typeof mlDsaSets;

/** Who computes ML-DSA over whole messages with an empty context, FIPS 204 §5. All keys are DER, in the seed form. */
export interface MlDsaEngine {
  publicKey(set: MlDsaSet, pkcs8: Buffer): Buffer;
  sign(set: MlDsaSet, pkcs8: Buffer, message: Uint8Array): Promise<Buffer>;
  verify(set: MlDsaSet, spki: Buffer, message: Uint8Array, signature: Uint8Array): boolean;
}

const signAside = promisify(sign);

/** OpenSSL 3.5 or later, which signs off this thread. It hedges: the random bytes of algorithm 2 are fresh for each signature. */
export const nativeMlDsa: MlDsaEngine = {
  publicKey: (_, pkcs8) => exportPublicKey(loadKeyPair(pkcs8)),
  sign: (_, key, message) => signAside(null, message, { key, format: 'der', type: 'pkcs8' }),
  verify: (_, key, message, signature) => verify(null, message, { key, format: 'der', type: 'spki' }, signature),
};

/** JavaScript, some five times slower, which hedges as well and has no constant time. */
export const nobleMlDsa: MlDsaEngine = {
  publicKey: (set, pkcs8) => withSecretKey(set, pkcs8, (_, publicKey) => encodePublicKey(mlDsaSets[set], publicKey)),
  sign: async (set, pkcs8, message) =>
    withSecretKey(set, pkcs8, (secretKey) => Buffer.from(nobleOf(set).sign(message, secretKey))),
  verify: (set, spki, message, signature) => nobleOf(set).verify(signature, message, publicKeyOf(mlDsaSets[set], spki)),
};

/** Signs µ, which is all of the message that the algorithm sees; FIPS 204 §6.2, line 7. OpenSSL cannot be asked to. */
export const signMu = (set: MlDsaSet, pkcs8: Buffer, mu: Uint8Array): Buffer =>
  withSecretKey(set, pkcs8, (secretKey) =>
    Buffer.from(nobleOf(set).internal.sign(mu, secretKey, { externalMu: true })),
  );

/** Verifies over µ: FIPS 204 §6.3, line 8. */
export const verifyMu = (set: MlDsaSet, spki: Buffer, mu: Uint8Array, signature: Uint8Array): boolean =>
  nobleOf(set).internal.verify(signature, mu, publicKeyOf(mlDsaSets[set], spki), { externalMu: true });

/** Bundles load the library when it is asked for (scripts/set-aside.ts). */
const nobleOf = (set: MlDsaSet) => (set === 'ML-DSA-44' ? ml_dsa44 : set === 'ML-DSA-65' ? ml_dsa65 : ml_dsa87);

/** Lends the expanded secret key, and wipes it afterwards. */
const withSecretKey = <Result>(
  set: MlDsaSet,
  pkcs8: Buffer,
  use: (secretKey: Uint8Array, publicKey: Uint8Array) => Result,
): Result => {
  const { secretKey, publicKey } = nobleOf(set).keygen(seedOf(mlDsaSets[set], pkcs8));
  try {
    return use(secretKey, publicKey);
  } finally {
    wipe(secretKey);
  }
};

/** Asks once: OpenSSL before 3.5, and Node.js before 24.6, know no such key. */
const isNative = (): boolean => {
  try {
    const pkcs8 = encodeSeed(mlDsaSets['ML-DSA-44'], Buffer.alloc(32));
    return loadKeyPair(pkcs8).privateKey.asymmetricKeyType === 'ml-dsa-44';
  } catch {
    return false;
  }
};

export const mlDsaEngine: MlDsaEngine = /* @__PURE__ */ isNative() ? nativeMlDsa : nobleMlDsa;
