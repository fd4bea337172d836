import { deriveSharedSecret } from '../../core/crypto/ecdh.ts';
import { deriveSm2SharedSecret } from '../../core/crypto/sm2.ts';
import { type KeySpec, specOf } from '../../core/model/key-specs.ts';
import { derPairOf, type LoadedMaterial, pairOf } from '../key-material.ts';

/** ECDH with the key; undefined for anything but a public key on its curve. */
export type AgreeWith = (
  KeySpec: KeySpec,
  material: LoadedMaterial,
  publicKey: Buffer,
) => Buffer | undefined | Promise<Buffer | undefined>;

export const agreeWith = (KeySpec: KeySpec, material: LoadedMaterial, publicKey: Buffer): Buffer | undefined => {
  const spec = specOf(KeySpec);
  if (spec.family === 'ec') return deriveSharedSecret(pairOf(material).privateKey, spec.curve, publicKey);
  if (spec.family === 'sm2') return deriveSm2SharedSecret(derPairOf(material).secret, publicKey);
  throw new Error(`no key agreement with ${KeySpec}`);
};
