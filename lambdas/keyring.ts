import QuickLRU from 'quick-lru';
import { wipe } from '../core/crypto/bytes.ts';
import { generateEc } from '../core/crypto/ec-key.ts';
import { type KeyPair, loadKeyPair } from '../core/crypto/key-pair.ts';
import { unwrapKeyMaterial, type VersionedRoot, wrapKeyMaterial, wrappedRootVersion } from '../core/crypto/key-wrap.ts';
import { generateRsa } from '../core/crypto/rsa-key.ts';
import { KmsError } from '../core/model/errors.ts';
import type { KeyRecord } from '../core/model/key-record.ts';
import { type KeySpec, specOf } from '../core/model/key-specs.ts';
import type { KeyReader } from '../stores/ports.ts';
import type { Keyring } from './pipeline/ports.ts';
import { usableKey } from './usable-key.ts';

/** Where the root keys come from: a file, Secrets Manager or AWS KMS. Keys are 32 bytes, cached by the port. */
export interface RootKeys {
  current(): Promise<VersionedRoot>;
  /** @throws {Error} when there is no root of that version */
  byVersion(version: number): Promise<VersionedRoot>;
}

/** Key material ready for use: raw bytes, or a pair in OpenSSL's memory. */
export type LoadedMaterial = { readonly secret: Buffer } | KeyPair;

/** Runs `use` on one material of a key. `use` is synchronous, so that no eviction can wipe what it reads. */
export type WithMaterial = <T>(KeyMaterialId: string | undefined, use: (material: LoadedMaterial) => T) => Promise<T>;

/** Materials kept in hand at most, a few kilobytes each. */
const mostMaterials = 5000;

const generate = async (KeySpec: KeySpec, random: (size: number) => Buffer): Promise<Buffer> => {
  const spec = specOf(KeySpec);
  if (spec.family === 'rsa') return generateRsa(spec.modulusBits);
  return spec.family === 'ec' ? generateEc(spec.curve) : random(spec.materialLength);
};

const load = (KeySpec: KeySpec, material: Buffer): LoadedMaterial => {
  if (specOf(KeySpec).type !== 'asymmetric') return { secret: material };
  try {
    return loadKeyPair(material);
  } finally {
    wipe(material);
  }
};

/** Joins stores and crypto: makes key material, and turns a key record into a key in hand. */
export const newKeyring = (rootKeys: RootKeys, random: (size: number) => Buffer): Keyring => {
  // Materials never change, so they need no refreshing; what falls out is wiped.
  const loaded = new QuickLRU<string, LoadedMaterial>({
    maxSize: mostMaterials,
    onEviction: (_, material) => ('secret' in material ? wipe(material.secret) : undefined),
  });

  const unwrap = async (record: KeyRecord, KeyMaterialId: string, keys: KeyReader) => {
    const material = await keys.material(record.KeyId, KeyMaterialId);
    if (material === undefined) return undefined;
    const version = wrappedRootVersion(material.wrapped);
    const root = version === undefined ? undefined : await rootKeys.byVersion(version);
    const opened = root && unwrapKeyMaterial(() => root.key, { ...record, KeyMaterialId }, material.wrapped);
    if (opened === undefined) throw new Error(`key material ${KeyMaterialId} was altered in the store`);
    return load(record.KeySpec, opened);
  };

  return {
    async newMaterial({ AccountId, KeyId, KeySpec }) {
      const KeyMaterialId = random(32).toString('hex');
      const [root, material] = await Promise.all([rootKeys.current(), generate(KeySpec, random)]);
      try {
        const binding = { AccountId, KeyId, KeyMaterialId, KeySpec };
        return { KeyId, KeyMaterialId, wrapped: wrapKeyMaterial(root, binding, material, random(12)) };
      } finally {
        wipe(material);
      }
    },

    use(key, keys) {
      const withMaterial: WithMaterial = async (KeyMaterialId, use) => {
        if (KeyMaterialId === undefined)
          throw new KmsError('KMSInvalidStateException', `${key.Arn} is pending import.`);
        const id = `${key.record.KeyId} ${KeyMaterialId}`;
        const cached = loaded.get(id);
        if (cached !== undefined) return use(cached);
        const material = await unwrap(key.record, KeyMaterialId, keys);
        if (material === undefined) throw new KmsError('InvalidCiphertextException'); // only a ciphertext can name one
        loaded.set(id, material);
        return use(material);
      };
      return { ...key, ...usableKey(key.record, withMaterial, random) };
    },
  };
};
