import { wipe } from '../core/crypto/bytes.ts';
import { generateEc } from '../core/crypto/ec-key.ts';
import { generateEd25519 } from '../core/crypto/ed25519.ts';
import { exportPublicKey, type KeyPair, loadKeyPair } from '../core/crypto/key-pair.ts';
import { generateMlDsa } from '../core/crypto/ml-dsa.ts';
import { generateMlKem } from '../core/crypto/ml-kem.ts';
import { generateRsa } from '../core/crypto/rsa-key.ts';
import { generateSm2, sm2PublicKey } from '../core/crypto/sm2.ts';
import { type KeySpec, type KeySpecFacts, specOf } from '../core/model/key-specs.ts';
import { type Algorithms, given } from './algorithms.ts';

/** A pair that no KeyObject can hold everywhere: PKCS#8, and the SubjectPublicKeyInfo derived from it once. */
export interface DerPair {
  readonly secret: Buffer;
  readonly spki: Buffer;
}

/** Key material ready for use: raw bytes, or a pair in OpenSSL's memory or as DER. */
export type LoadedMaterial = { readonly secret: Buffer } | DerPair | KeyPair;

/**
 * Runs `use` on one material of a key. What it reads of bytes in hand it reads at once, since an eviction wipes them; a pair
 * in OpenSSL's memory stays for as long as it is at work.
 */
export type WithMaterial = <T>(
  KeyMaterialId: string | undefined,
  use: (material: LoadedMaterial) => T | Promise<T>,
) => Promise<T>;

/** Fresh material as it is kept: raw bytes, or PKCS#8 DER. The caller owns and wipes it. RSA is made off this thread. */
export const generateMaterial = async (
  KeySpec: KeySpec,
  random: (size: number) => Buffer,
  newRsa = generateRsa,
): Promise<Buffer> => {
  const spec = specOf(KeySpec);
  if (spec.family === 'rsa') return newRsa(spec.modulusBits);
  if (spec.family === 'ec') return generateEc(spec.curve);
  if (spec.family === 'ed25519') return generateEd25519();
  if (spec.family === 'ml-dsa') return generateMlDsa(spec.set);
  if (spec.family === 'ml-kem') return generateMlKem(spec.set);
  return spec.family === 'sm2' ? generateSm2() : random(spec.materialLength);
};

/** Takes over the bytes: they are kept, or wiped once OpenSSL has them. */
export const loadMaterial = (KeySpec: KeySpec, material: Buffer, algorithms: Algorithms): LoadedMaterial => {
  const spec = specOf(KeySpec);
  if (spec.type !== 'asymmetric') return { secret: material };
  const spki = derPublicKey(spec, material, algorithms);
  if (spki !== undefined) return { secret: material, spki };
  try {
    return loadKeyPair(material);
  } finally {
    wipe(material);
  }
};

/** SubjectPublicKeyInfo of material that is DER in hand; undefined where OpenSSL holds the pair. */
const derPublicKey = (spec: KeySpecFacts, pkcs8: Buffer, algorithms: Algorithms): Buffer | undefined => {
  if (spec.family === 'ml-dsa') return given(algorithms.mlDsaPublicKey, 'ML-DSA')(spec.set, pkcs8);
  if (spec.family === 'ml-kem') return given(algorithms.mlKemPublicKey, 'ML-KEM')(spec.set, pkcs8);
  return spec.family === 'sm2' ? sm2PublicKey(pkcs8) : undefined;
};

/** SubjectPublicKeyInfo of an asymmetric key's material, fresh bytes; `pkcs8` is not modified. */
export const publicKeyOf = (KeySpec: KeySpec, pkcs8: Buffer, algorithms: Algorithms): Buffer =>
  derPublicKey(specOf(KeySpec), pkcs8, algorithms) ?? exportPublicKey(loadKeyPair(pkcs8));

export const secretOf = (material: LoadedMaterial): Buffer => {
  if ('secret' in material && !('spki' in material)) return material.secret;
  throw new Error('an asymmetric key has no secret bytes');
};

export const pairOf = (material: LoadedMaterial): KeyPair => {
  if ('privateKey' in material) return material;
  throw new Error('no key pair of OpenSSL');
};

export const derPairOf = (material: LoadedMaterial): DerPair => {
  if ('spki' in material) return material;
  throw new Error('no key pair as DER');
};

/** SubjectPublicKeyInfo, fresh bytes: what answers hold is wiped in the end. */
export const exportSpki = (material: LoadedMaterial): Buffer =>
  'spki' in material ? Buffer.from(material.spki) : exportPublicKey(pairOf(material));
