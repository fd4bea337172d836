import { decryptOaep, encryptOaep, oaepLimit } from '../../core/crypto/rsa-oaep.ts';
import { decryptSm2, encryptSm2 } from '../../core/crypto/sm2.ts';
import { type EncryptionAlgorithm, type KeySpec, oaepHashes, specOf } from '../../core/model/key-specs.ts';
import { derPairOf, type LoadedMaterial, pairOf } from '../key-material.ts';

/** Encryption under a public key. */
export interface PublicKeyEncryption {
  /** The longest plaintext in bytes. */
  readonly limit: number;
  encrypt(material: LoadedMaterial, plaintext: Uint8Array): Buffer | Promise<Buffer>;
  /** Undefined if the ciphertext is not one. */
  decrypt(material: LoadedMaterial, ciphertext: Uint8Array): Buffer | undefined | Promise<Buffer | undefined>;
}

/** The pipeline has checked that the algorithm is one of the key's; a gap there must not turn into another algorithm. */
export const publicKeyEncryption = (KeySpec: KeySpec, algorithm: EncryptionAlgorithm): PublicKeyEncryption => {
  const spec = specOf(KeySpec);
  if (algorithm === 'SM2PKE' && spec.family === 'sm2') return sm2;
  if (algorithm !== 'SM2PKE' && algorithm !== 'SYMMETRIC_DEFAULT' && spec.family === 'rsa') {
    return oaep(spec.modulusBits, oaepHashes[algorithm]);
  }
  throw new Error(`no implementation of ${algorithm} with ${KeySpec}`);
};

const oaep = (modulusBits: number, hash: 'sha1' | 'sha256'): PublicKeyEncryption => ({
  limit: oaepLimit(modulusBits, hash),
  encrypt: (material, plaintext) => encryptOaep(pairOf(material).publicKey, hash, plaintext),
  decrypt: (material, ciphertext) => decryptOaep(pairOf(material).privateKey, hash, ciphertext),
});

const sm2: PublicKeyEncryption = {
  limit: 1024,
  encrypt: (material, plaintext) => encryptSm2(derPairOf(material).spki, plaintext),
  decrypt: (material, ciphertext) => decryptSm2(derPairOf(material).secret, ciphertext),
};
