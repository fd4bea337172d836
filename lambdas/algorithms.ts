import type { MlDsaSet } from '../core/crypto/ml-dsa.ts';
import type { MlKemSet } from '../core/crypto/ml-kem.ts';
import type { MaterialMaker } from '../core/model/key.ts';
import type { AgreeWith } from './usable-key/agreement.ts';
import type * as encapsulation from './usable-key/encapsulation.ts';
import type { publicKeyEncryption } from './usable-key/encryption.ts';
import type { signatureScheme } from './usable-key/signature.ts';

/** What a keyring can do only where it is handed in: a function bundles what its operation needs, and no more. */
export interface Algorithms {
  readonly newDataKeyPair?: MaterialMaker['newDataKeyPair'];
  readonly signatureScheme?: typeof signatureScheme;
  readonly publicKeyEncryption?: typeof publicKeyEncryption;
  readonly agreeWith?: AgreeWith;
  readonly encapsulation?: typeof encapsulation;
  /** SubjectPublicKeyInfo of PKCS#8. */
  readonly mlDsaPublicKey?: (set: MlDsaSet, pkcs8: Buffer) => Buffer;
  readonly mlKemPublicKey?: (set: MlKemSet, pkcs8: Buffer) => Buffer;
}

/** @throws {Error} when it was not handed in: our mistake, since the declaration of the operation decides that */
export const given = <T>(algorithm: T | undefined, what: string): T => {
  if (algorithm === undefined) throw new Error(`this function was bundled without ${what}`);
  return algorithm;
};
