import { wipe } from '../core/crypto/bytes.ts';
import { readImportedMaterial } from '../core/crypto/imported-material.ts';
import {
  importedMaterialId,
  isWrappedLength,
  type WrappingAlgorithm as RsaWrapping,
  unwrapImported,
  wrappingKeyBits,
} from '../core/crypto/key-import.ts';
import { exportPublicKey, loadKeyPair } from '../core/crypto/key-pair.ts';
import { type VersionedRoot, wrapKeyMaterial } from '../core/crypto/key-wrap.ts';
import type { generateRsa } from '../core/crypto/rsa-key.ts';
import { decryptSm2, generateSm2, sm2PublicKey } from '../core/crypto/sm2.ts';
import { KmsError } from '../core/model/errors.ts';
import type { ImportedMaterial, MaterialOwner } from '../core/model/key.ts';
import { specOf } from '../core/model/key-specs.ts';
import type { Algorithms } from './algorithms.ts';
import { importTokenRoot, openImportToken, sealImportToken, type TokenContent } from './import-token.ts';
import { publicKeyOf } from './key-material.ts';
import type { RootKeys } from './keyring.ts';
import type { Keyring } from './pipeline/ports.ts';

/** The part of the keyring that takes in key material from outside. */
export const newKeyImport = (
  rootKeys: RootKeys,
  random: (size: number) => Buffer,
  algorithms: Algorithms,
  newRsa: typeof generateRsa,
): Pick<Keyring, 'newImportParameters' | 'importMaterial' | 'keepMaterial'> => ({
  async newImportParameters(owner, algorithm, keySpec, validTo) {
    const newPrivateKey = keySpec === 'SM2' ? generateSm2() : newRsa(wrappingKeyBits[keySpec]);
    const [root, privateKey] = await Promise.all([rootKeys.current(), newPrivateKey]);
    try {
      const ImportToken = sealImportToken(root, owner, { validTo, algorithm, privateKey }, random(12));
      const isSm2 = keySpec === 'SM2';
      return { PublicKey: isSm2 ? sm2PublicKey(privateKey) : exportPublicKey(loadKeyPair(privateKey)), ImportToken };
    } finally {
      wipe(privateKey);
    }
  },

  async importMaterial(owner, ImportToken, wrapped, now) {
    const root = await rootKeys.current();
    // Under whichever root there is: the token lives for a day, in which another may come into force.
    const version = importTokenRoot(ImportToken) ?? root.version;
    const sealedUnder = rootKeys.known.includes(version) ? await rootKeys.byVersion(version) : root;
    const token = openImportToken(sealedUnder, owner, ImportToken);
    if (token === undefined) throw new KmsError('InvalidImportTokenException');
    const material = readUnwrapped(owner, token, wrapped, now);
    try {
      return keep(root, owner, material, random(12), algorithms);
    } finally {
      wipe(material);
    }
  },

  async keepMaterial(owner, material) {
    return keep(await rootKeys.current(), owner, material, random(12), algorithms);
  },
});

/** Material in the form of `readImportedMaterial`, wrapped for the store. */
const keep = (
  root: VersionedRoot,
  owner: MaterialOwner,
  material: Buffer,
  iv: Buffer,
  algorithms: Algorithms,
): ImportedMaterial => {
  const { KeyId, KeySpec } = owner;
  const KeyMaterialId = importedMaterialId(KeyId, material);
  const wrapped = wrapKeyMaterial(root, { ...owner, KeyMaterialId }, material, iv);
  const PublicKey = specOf(KeySpec).type === 'asymmetric' ? publicKeyOf(KeySpec, material, algorithms) : undefined;
  return { material: { KeyId, KeyMaterialId, wrapped }, PublicKey };
};

const unwrapByRsa = (privateKey: Buffer, algorithm: RsaWrapping, wrapped: Buffer): Buffer | undefined => {
  const wrappingKey = loadKeyPair(privateKey).privateKey;
  if (!isWrappedLength(wrappingKey, algorithm, wrapped.length)) {
    throw new KmsError('ValidationException', 'Invalid encrypted key size.');
  }
  return unwrapImported(wrappingKey, algorithm, wrapped);
};

/** What the caller wrapped, in the form in which our own material is kept. */
const readUnwrapped = ({ KeySpec }: MaterialOwner, token: TokenContent, wrapped: Buffer, now: Date): Buffer => {
  const { validTo, algorithm, privateKey } = token;
  try {
    if (validTo <= now) throw new KmsError('ExpiredImportTokenException');
    const brought =
      algorithm === 'SM2PKE' ? decryptSm2(privateKey, wrapped) : unwrapByRsa(privateKey, algorithm, wrapped);
    if (brought === undefined) throw new KmsError('InvalidCiphertextException');
    try {
      const material = readImportedMaterial(specOf(KeySpec), brought);
      if (material === undefined) throw new KmsError('InvalidCiphertextException');
      return material;
    } finally {
      wipe(brought);
    }
  } finally {
    wipe(privateKey);
  }
};
