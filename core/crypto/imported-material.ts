import { derOfBer } from './ber.ts';
import { checkBytes, wipe } from './bytes.ts';
import { der, readElement, tags } from './der.ts';
import { encodeEcPrivateKey, type NamedCurve, readEcPrivateKey } from './ec-der.ts';
import type { EcCurve } from './ec-key.ts';
import { readPrivateKeyInfo } from './pkcs8.ts';
import { loadConsistentRsa } from './rsa-consistency.ts';
import type { RsaModulusBits } from './rsa-key.ts';

/** What must be known of a key spec to import into it; those of `KeySpecFacts` in `key-specs.ts` fit. */
export type ImportableFacts =
  | { readonly family: 'symmetric' | 'hmac'; readonly materialLength: number }
  | { readonly family: 'rsa'; readonly modulusBits: RsaModulusBits }
  | { readonly family: 'ec'; readonly curve: EcCurve }
  | { readonly family: 'ed25519' }
  | { readonly family: 'sm2' }
  | { readonly family: 'ml-dsa' | 'ml-kem' }; // nobody can bring these

/**
 * Judges key material that a caller brings, and gives it the form in which our own is kept: the bytes of a secret, or
 * PKCS#8 as `generateRsa`, `generateEc` and the like write it. A private key has to be PKCS#8 with nothing after it, its
 * curve named: in BER or, on Ed25519, in DER, as AWS takes them. What it says of its public half is left unread, since
 * that follows from the private one.
 * Source: https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys-conceptual.html
 *
 * @param bytes unwrapped, from anywhere; not modified
 * @returns fresh bytes, which the caller owns and wipes; undefined for anything that is no material of the key spec
 */
export const readImportedMaterial = (facts: ImportableFacts, bytes: Uint8Array): Buffer | undefined => {
  checkBytes('bytes', bytes);
  if (facts.family === 'rsa') return fromBer(bytes, (file) => readRsa(facts.modulusBits, file));
  if (facts.family === 'ec') return fromBer(bytes, (file) => readEc(facts.curve, file));
  if (facts.family === 'sm2') return fromBer(bytes, (file) => readEc('SM2', file));
  if (facts.family === 'ed25519') return readEd25519(bytes);
  return 'materialLength' in facts && bytes.length === facts.materialLength ? Buffer.from(bytes) : undefined;
};

const fromBer = (bytes: Uint8Array, read: (file: Buffer) => Buffer | undefined): Buffer | undefined => {
  const file = derOfBer(bytes);
  if (file === undefined) return undefined;
  try {
    return read(file);
  } finally {
    wipe(file);
  }
};

/** n - 1, with which SM2 cannot sign: GB/T 32918.1 §6.1 ends the range of private keys at n - 2. */
const lastOfSm2 = Buffer.from('fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54122', 'hex');

const readEc = (curve: NamedCurve, bytes: Uint8Array): Buffer | undefined => {
  const scalar = readEcPrivateKey(curve, bytes);
  if (scalar === undefined || (curve === 'SM2' && scalar.equals(lastOfSm2))) return undefined;
  return encodeEcPrivateKey(curve, scalar);
};

/** rsaEncryption and its NULL. RFC 8017 §A.1. */
const rsaEncryption = Buffer.from('06092a864886f70d0101010500', 'hex');

const readRsa = (modulusBits: RsaModulusBits, bytes: Uint8Array): Buffer | undefined => {
  const info = readPrivateKeyInfo(bytes);
  if (!info?.algorithm.equals(rsaEncryption)) return undefined;
  return loadConsistentRsa(info.privateKey, modulusBits)?.export({ format: 'der', type: 'pkcs8' });
};

/** id-Ed25519. RFC 8410 §3. */
const ed25519 = Buffer.from('06032b6570', 'hex');

const readEd25519 = (bytes: Uint8Array): Buffer | undefined => {
  const info = readPrivateKeyInfo(bytes);
  if (!info?.algorithm.equals(ed25519)) return undefined;
  const seed = readElement(info.privateKey, tags.octetString);
  if (seed?.length !== 32) return undefined;
  const version = der(tags.integer, Buffer.of(0));
  const privateKey = der(tags.octetString, der(tags.octetString, seed));
  return Buffer.concat(der(tags.sequence, version, der(tags.sequence, ed25519), privateKey));
};
