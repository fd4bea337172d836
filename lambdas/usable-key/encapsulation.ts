import { decapsulate, encapsulate, type MlKemSet } from '../../core/crypto/ml-kem.ts';
import type { Encapsulated } from '../../core/model/key.ts';
import { type KeySpec, specOf } from '../../core/model/key-specs.ts';
import { derPairOf, type LoadedMaterial } from '../key-material.ts';

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
