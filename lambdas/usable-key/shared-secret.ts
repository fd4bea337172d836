import { deriveSharedSecret } from '../../core/crypto/ecdh.ts';
import { decapsulate, encapsulate, type MlKemSet } from '../../core/crypto/ml-kem.ts';
import { deriveSm2SharedSecret } from '../../core/crypto/sm2.ts';
import type { Encapsulated } from '../../core/model/key.ts';
import { type KeySpec, specOf } from '../../core/model/key-specs.ts';
import { derPairOf, type LoadedMaterial, pairOf } from '../key-material.ts';

/** ECDH with the key; undefined for anything but a public key on its curve. */
export const agreeWith = (KeySpec: KeySpec, material: LoadedMaterial, publicKey: Buffer): Buffer | undefined => {
  const spec = specOf(KeySpec);
  if (spec.family === 'ec') return deriveSharedSecret(pairOf(material).privateKey, spec.curve, publicKey);
  if (spec.family === 'sm2') return deriveSm2SharedSecret(derPairOf(material).secret, publicKey);
  throw new Error(`no key agreement with ${KeySpec}`);
};

const mlKemSet = (KeySpec: KeySpec): MlKemSet => {
  const spec = specOf(KeySpec);
  if (spec.family === 'ml-kem') return spec.set;
  throw new Error(`no encapsulation with ${KeySpec}`);
};

export const encapsulateTo = (KeySpec: KeySpec, material: LoadedMaterial): Encapsulated =>
  encapsulate(mlKemSet(KeySpec), derPairOf(material).spki);

/** Undefined for a ciphertext of another length. */
export const decapsulateWith = (
  KeySpec: KeySpec,
  material: LoadedMaterial,
  ciphertext: Uint8Array,
): Buffer | undefined => decapsulate(mlKemSet(KeySpec), derPairOf(material).secret, ciphertext);
