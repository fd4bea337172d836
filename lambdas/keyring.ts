import QuickLRU from 'quick-lru';
import { blockwise } from '../core/crypto/blockwise.ts';
import { wipe } from '../core/crypto/bytes.ts';
import { unwrapKeyMaterial, type VersionedRoot, wrapKeyMaterial, wrappedRootVersion } from '../core/crypto/key-wrap.ts';
import { generateRsa } from '../core/crypto/rsa-key.ts';
import { KmsError } from '../core/model/errors.ts';
import type { MaterialOwner } from '../core/model/key.ts';
import type { KeyMaterial, KeyRecord } from '../core/model/key-record.ts';
import type { KeyReader } from '../stores/ports.ts';
import { type Algorithms, given } from './algorithms.ts';
import { newKeyImport } from './key-import.ts';
import { generateMaterial, type LoadedMaterial, loadMaterial, type WithMaterial } from './key-material.ts';
import type { Keyring } from './pipeline/ports.ts';
import { usableKey } from './usable-key.ts';

/** Where the root keys come from: a file, Secrets Manager or AWS KMS. Keys are 32 bytes, cached by the port. */
export interface RootKeys {
  /** Versions, in their order; new material is wrapped under the one in force. */
  readonly known: readonly number[];
  readonly inForce: number;
  current(): Promise<VersionedRoot>;
  /** @throws {Error} when there is no root of that version */
  byVersion(version: number): Promise<VersionedRoot>;
}

/** Materials kept in hand at most, a few kilobytes each. */
const mostMaterials = 5000;

/**
 * Joins stores and crypto: makes key material, and turns a key record into a key in hand.
 *
 * @param newRsa makes RSA keys, which takes a while
 */
export const newKeyring = (
  rootKeys: RootKeys,
  random: (size: number) => Buffer,
  algorithms: Algorithms,
  newRsa = generateRsa,
): Keyring => {
  // Materials never change, so they need no refreshing; what falls out is wiped.
  const loaded = new QuickLRU<string, LoadedMaterial>({
    maxSize: mostMaterials,
    onEviction: (_, material) => ('secret' in material ? wipe(material.secret) : undefined),
  });

  const nonces = blockwise(random);

  /** @returns fresh bytes */
  const unwrap = async (owner: MaterialOwner, { KeyMaterialId, wrapped }: KeyMaterial): Promise<Buffer> => {
    const version = wrappedRootVersion(wrapped);
    const root = version === undefined ? undefined : await rootKeys.byVersion(version);
    const opened = root && unwrapKeyMaterial(() => root.key, { ...owner, KeyMaterialId }, wrapped);
    if (opened === undefined) throw new Error(`key material ${KeyMaterialId} was altered in the store`);
    return opened;
  };

  const load = async (record: KeyRecord, KeyMaterialId: string, keys: KeyReader) => {
    const material = await keys.material(record.KeyId, KeyMaterialId);
    return material && loadMaterial(record.KeySpec, await unwrap(record, material), algorithms);
  };

  return {
    ...newKeyImport(rootKeys, random, algorithms, newRsa),
    newDataKeyPair: async (spec) => given(algorithms.newDataKeyPair, 'data key pairs')(spec),

    async newMaterial({ AccountId, KeyId, KeySpec }) {
      const KeyMaterialId = random(32).toString('hex');
      const [root, material] = await Promise.all([rootKeys.current(), generateMaterial(KeySpec, random, newRsa)]);
      try {
        const binding = { AccountId, KeyId, KeyMaterialId, KeySpec };
        return { KeyId, KeyMaterialId, wrapped: wrapKeyMaterial(root, binding, material, random(12)) };
      } finally {
        wipe(material);
      }
    },

    roots: { known: rootKeys.known, inForce: rootKeys.inForce },
    rootOf: wrappedRootVersion,

    async rewrap({ AccountId, KeyId, KeySpec }, material) {
      const owner = { AccountId, KeyId, KeySpec };
      const [root, opened] = await Promise.all([rootKeys.current(), unwrap(owner, material)]);
      try {
        return wrapKeyMaterial(root, { ...owner, KeyMaterialId: material.KeyMaterialId }, opened, random(12));
      } finally {
        wipe(opened);
      }
    },

    use(key, keys) {
      const withMaterial: WithMaterial = async (KeyMaterialId, use) => {
        const pendingImport = () => new KmsError('KMSInvalidStateException', `${key.Arn} is pending import.`);
        if (KeyMaterialId === undefined) throw pendingImport();
        const id = `${key.record.KeyId} ${KeyMaterialId}`;
        const cached = loaded.get(id);
        if (cached !== undefined) return use(cached);
        const material = await load(key.record, KeyMaterialId, keys);
        if (material === undefined) {
          // Material that the record knows was deleted a moment ago; any other only a ciphertext can name.
          const known = key.record.materials.some((version) => version.KeyMaterialId === KeyMaterialId);
          throw known ? pendingImport() : new KmsError('InvalidCiphertextException');
        }
        loaded.set(id, material);
        return use(material);
      };
      return { ...key, ...usableKey(key.record, withMaterial, nonces, algorithms) };
    },
  };
};
