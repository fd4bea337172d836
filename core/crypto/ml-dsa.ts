import { randomBytes } from 'node:crypto';
import { checkBytes, wipe } from './bytes.ts';
import { type MlDsaSet, mlDsaEngine, mlDsaSets, signMu, verifyMu } from './ml-dsa-engines.ts';
import { encodeSeed, publicKeyOf, seedOf } from './seed-key.ts';

export type { MlDsaSet };

/** Whether a message is given whole, or as µ = SHAKE256(SHAKE256(public key, 64) ‖ 00 00 ‖ message, 64). */
export type MlDsaMessageKind = 'RAW' | 'EXTERNAL_MU';

const muLength = 64;

/**
 * Makes a key pair: FIPS 204 §5.1, whose one random input is the seed. The rest of the key is expanded when it is used,
 * so keys are DER here and no KeyObject, which OpenSSL before 3.5 could not make of it.
 *
 * @returns PKCS#8 DER with the seed alone (RFC 9881 §6), 54 bytes; the caller owns and wipes it
 */
export const generateMlDsa = (set: MlDsaSet): Buffer => {
  const seed = randomBytes(mlDsaSets[set].seedLength);
  try {
    return encodeSeed(mlDsaSets[set], seed);
  } finally {
    wipe(seed);
  }
};

/**
 * The public half of what `generateMlDsa` made.
 *
 * @returns SubjectPublicKeyInfo, DER (RFC 9881 §4)
 * @throws {RangeError} on any other bytes
 */
export const mlDsaPublicKey = (set: MlDsaSet, pkcs8: Buffer, engine = mlDsaEngine): Buffer => {
  seedOf(mlDsaSets[set], pkcs8);
  return engine.publicKey(set, pkcs8);
};

/**
 * Signs with ML-DSA, hedged and with an empty context: FIPS 204 §5.2. Both kinds of message give the same kind of
 * signature.
 *
 * @param pkcs8   as `generateMlDsa` makes it; not modified
 * @param message any length, or µ, 64 bytes, if `kind` says so
 * @returns 2420, 3309 or 4627 bytes
 * @throws {RangeError} on a µ of another length, or a key of another set
 */
export const signMlDsa = async (
  set: MlDsaSet,
  pkcs8: Buffer,
  message: Uint8Array,
  kind: MlDsaMessageKind,
  engine = mlDsaEngine,
): Promise<Buffer> => {
  seedOf(mlDsaSets[set], pkcs8);
  checkBytes('message', message, kind === 'EXTERNAL_MU' ? muLength : undefined);
  return kind === 'EXTERNAL_MU' ? signMu(set, pkcs8, message) : engine.sign(set, pkcs8, message);
};

/**
 * Verifies ML-DSA with an empty context: FIPS 204 §5.3. A signature over a message counts for its µ too, and the other
 * way round.
 *
 * @param spki SubjectPublicKeyInfo, DER
 * @returns false for a wrong signature, whatever is wrong with it
 * @throws {RangeError} on a µ of another length, or a key of another set
 */
export const verifyMlDsa = (
  set: MlDsaSet,
  spki: Buffer,
  message: Uint8Array,
  kind: MlDsaMessageKind,
  signature: Uint8Array,
  engine = mlDsaEngine,
): boolean => {
  publicKeyOf(mlDsaSets[set], spki);
  checkBytes('message', message, kind === 'EXTERNAL_MU' ? muLength : undefined);
  checkBytes('signature', signature);
  if (signature.length !== mlDsaSets[set].signatureLength) return false;
  return kind === 'EXTERNAL_MU'
    ? verifyMu(set, spki, message, signature)
    : engine.verify(set, spki, message, signature);
};
