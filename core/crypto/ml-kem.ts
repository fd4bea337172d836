import { randomBytes } from 'node:crypto';
import { checkBytes, wipe } from './bytes.ts';
import { type Encapsulated, type MlKemSet, mlKemEngine, mlKemSets } from './ml-kem-engines.ts';
import { encodeSeed, publicKeyOf, seedOf } from './seed-key.ts';

export type { Encapsulated, MlKemSet };

/**
 * Makes a key pair: FIPS 203 §7.1, whose one random input is the seed d ‖ z. The rest of the key is expanded when it is
 * used, so keys are DER here and no KeyObject, which OpenSSL before 3.5 could not make of it.
 *
 * @returns PKCS#8 DER with the seed alone (RFC 9935 §6), 86 bytes; the caller owns and wipes it
 */
export const generateMlKem = (set: MlKemSet): Buffer => {
  const seed = randomBytes(mlKemSets[set].seedLength);
  try {
    return encodeSeed(mlKemSets[set], seed);
  } finally {
    wipe(seed);
  }
};

/**
 * The public half of what `generateMlKem` made.
 *
 * @returns SubjectPublicKeyInfo, DER (RFC 9935 §4)
 * @throws {RangeError} on any other bytes
 */
export const mlKemPublicKey = (set: MlKemSet, pkcs8: Buffer, engine = mlKemEngine): Buffer => {
  seedOf(mlKemSets[set], pkcs8);
  return engine.publicKey(set, pkcs8);
};

/**
 * Makes a shared secret, and the ciphertext from which the private key gets it again: FIPS 203 §7.2.
 *
 * @param spki SubjectPublicKeyInfo, DER
 * @returns a secret of 32 bytes, another one each time
 * @throws {RangeError} on a key of another set, or one whose numbers are out of range
 */
export const encapsulate = (set: MlKemSet, spki: Buffer, engine = mlKemEngine): Encapsulated => {
  publicKeyOf(mlKemSets[set], spki);
  try {
    return engine.encapsulate(set, spki);
  } catch (cause) {
    throw new RangeError(`public key: expected one of ${set}, got numbers out of range`, { cause });
  }
};

/**
 * Gets the shared secret out of a ciphertext: FIPS 203 §7.3. A ciphertext that was changed, or made for another key,
 * gives a secret all the same, which nobody else has ("implicit rejection").
 *
 * @param pkcs8 as `generateMlKem` makes it; not modified
 * @returns 32 fresh bytes, which the caller owns and wipes; undefined for a ciphertext of another length
 * @throws {RangeError} on a key of another set
 */
export const decapsulate = (
  set: MlKemSet,
  pkcs8: Buffer,
  ciphertext: Uint8Array,
  engine = mlKemEngine,
): Buffer | undefined => {
  seedOf(mlKemSets[set], pkcs8);
  checkBytes('ciphertext', ciphertext);
  return ciphertext.length === mlKemSets[set].ciphertextLength ? engine.decapsulate(set, pkcs8, ciphertext) : undefined;
};
