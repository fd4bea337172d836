import { lengthPrefixed, u32 } from '../model/length-prefixed.ts';
import { open, seal } from './aes-gcm.ts';
import { checkBytes, checkWhole } from './bytes.ts';
import { maxRootVersion } from './root-key.ts';

// The wire format, pinned by test/vectors/wrapped-key-material.json and docs/decisions/0002-key-wrapping.md:
// format version (1) ‖ root version (4, big-endian) ‖ IV (12) ‖ ciphertext ‖ tag (16)
const formatVersion = 1;
const headerLength = 5; // what comes before the IV
const ivLength = 12;
const tagLength = 16;

/** A root key and its place in the row of roots; 32 bytes. */
export interface VersionedRoot {
  readonly version: number;
  readonly key: Uint8Array;
}

/** What the material belongs to: it opens as nothing else, so rows of the store cannot be swapped unnoticed. */
export interface KeyMaterialBinding {
  readonly AccountId: string;
  readonly KeyId: string;
  readonly KeyMaterialId: string;
  readonly KeySpec: string;
}

/**
 * Wraps key material for the store with AES-256-GCM (SP 800-38D).
 *
 * @param material any form, one byte or more: raw bytes or PKCS#8; not modified
 * @param iv       12 random bytes, never used before
 * @returns 33 bytes more than the material
 * @throws {RangeError} on empty material, lengths or versions out of range, or text which is not well-formed
 */
export const wrapKeyMaterial = (
  root: VersionedRoot,
  binding: KeyMaterialBinding,
  material: Uint8Array,
  iv: Uint8Array,
): Buffer => {
  checkWhole('root.version', root.version, 1, maxRootVersion);
  checkBytes('material', material);
  if (material.length === 0) throw new RangeError('material: expected 1 byte or more, got 0');
  const header = Buffer.concat([Buffer.of(formatVersion), u32(root.version)]);
  return Buffer.concat([header, iv, seal(root.key, iv, material, associatedData(header, binding))]);
};

/**
 * Unwraps what the store gave back.
 *
 * @param rootKeyOf the root key of a version, 32 bytes; what it throws for a version unknown to it passes through
 * @returns the material, fresh bytes which the caller owns and wipes; undefined if the bytes are not of this format,
 *   were changed, or belong to another binding or root
 */
export const unwrapKeyMaterial = (
  rootKeyOf: (version: number) => Uint8Array,
  binding: KeyMaterialBinding,
  wrapped: Uint8Array,
): Buffer | undefined => {
  const version = wrappedRootVersion(wrapped);
  if (version === undefined) return undefined;
  const header = wrapped.subarray(0, headerLength);
  const iv = wrapped.subarray(headerLength, headerLength + ivLength);
  const sealed = wrapped.subarray(headerLength + ivLength);
  return open(rootKeyOf(version), iv, sealed, associatedData(header, binding));
};

/** The version of the root which wrapped it, not yet authenticated; undefined if the bytes are not of this format. */
export const wrappedRootVersion = (wrapped: Uint8Array): number | undefined => {
  checkBytes('wrapped', wrapped);
  if (wrapped.length <= headerLength + ivLength + tagLength || wrapped[0] !== formatVersion) return undefined;
  const version = new DataView(wrapped.buffer, wrapped.byteOffset).getUint32(1);
  return version === 0 ? undefined : version;
};

// Injective: the header is of fixed length and every string carries its own, in an order which never changes.
const associatedData = (header: Uint8Array, { AccountId, KeyId, KeyMaterialId, KeySpec }: KeyMaterialBinding): Buffer =>
  Buffer.concat([header, ...[AccountId, KeyId, KeyMaterialId, KeySpec].map(lengthPrefixed)]);
