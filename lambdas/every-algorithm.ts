import { generateDataKeyPair } from '../core/crypto/data-key-pair.ts';
import { mlDsaPublicKey } from '../core/crypto/ml-dsa.ts';
import { mlKemPublicKey } from '../core/crypto/ml-kem.ts';
import type { Algorithms } from './algorithms.ts';
import { agreeWith } from './usable-key/agreement.ts';
import * as encapsulation from './usable-key/encapsulation.ts';
import { publicKeyEncryption } from './usable-key/encryption.ts';
import { signatureScheme } from './usable-key/signature.ts';

/** For a process that serves every operation. */
export const everyAlgorithm: Algorithms = {
  newDataKeyPair: generateDataKeyPair,
  signatureScheme,
  publicKeyEncryption,
  agreeWith,
  encapsulation,
  mlDsaPublicKey,
  mlKemPublicKey,
};
