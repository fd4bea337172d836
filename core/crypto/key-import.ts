import type { KeyObject } from 'node:crypto';
import { lengthPrefixed, utf8 } from '../model/length-prefixed.ts';
import { unwrapKwp } from './aes-kwp.ts';
import { checkBytes, wipe } from './bytes.ts';
import { hkdf } from './hkdf.ts';
import { modulusBitsOf } from './rsa-key.ts';
import { decryptOaep, type OaepHash } from './rsa-oaep.ts';

/** How a caller may wrap key material to bring it here: with RSA alone, or with AES below it. */
const wrappings = {
  RSAES_OAEP_SHA_1: { hash: 'sha1', aesKey: false },
  RSAES_OAEP_SHA_256: { hash: 'sha256', aesKey: false },
  RSA_AES_KEY_WRAP_SHA_1: { hash: 'sha1', aesKey: true },
  RSA_AES_KEY_WRAP_SHA_256: { hash: 'sha256', aesKey: true },
} as const satisfies Record<string, { hash: OaepHash; aesKey: boolean }>;

export type WrappingAlgorithm = keyof typeof wrappings;

/** Sizes of the keys that wrap, in bits of the modulus; `generateRsa` makes them. */
export const wrappingKeyBits = { RSA_2048: 2048, RSA_3072: 3072, RSA_4096: 4096 } as const;

/**
 * Whether so many bytes can be what `unwrapImported` takes: as long as the modulus, or longer where AES-KWP follows.
 *
 * @throws {RangeError} on another kind of key
 */
export const isWrappedLength = (wrappingKey: KeyObject, algorithm: WrappingAlgorithm, length: number): boolean => {
  const rsaLength = rsaLengthOf(wrappingKey);
  return wrappings[algorithm].aesKey ? length > rsaLength : length === rsaLength;
};

/**
 * Unwraps key material that a caller brings.
 * Source: https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys-encrypt-key-material.html: RSA-OAEP
 * (RFC 8017 §7.1) of the material, or of an AES-256 key, followed by AES-KWP (RFC 5649) of the material.
 *
 * @param wrappingKey RSA private
 * @param wrapped     from anywhere
 * @returns the material, fresh bytes which the caller owns and wipes; undefined, whatever was wrong
 * @throws {RangeError} on another kind of key
 */
export const unwrapImported = (
  wrappingKey: KeyObject,
  algorithm: WrappingAlgorithm,
  wrapped: Uint8Array,
): Buffer | undefined => {
  const { hash, aesKey } = wrappings[algorithm];
  const rsaLength = rsaLengthOf(wrappingKey);
  checkBytes('wrapped', wrapped);
  if (!aesKey) return decryptOaep(wrappingKey, hash, wrapped);
  const key = decryptOaep(wrappingKey, hash, wrapped.subarray(0, rsaLength));
  if (key === undefined) return undefined;
  try {
    return key.length === 32 ? unwrapKwp(key, wrapped.subarray(rsaLength)) : undefined;
  } finally {
    wipe(key);
  }
};

const rsaLengthOf = (wrappingKey: KeyObject): number => Math.ceil(modulusBitsOf(wrappingKey, 'private') / 8);

/** Frozen: part of every id that was ever given out. */
const purpose = 'serverless-kms imported key material id v1';

/**
 * The id of imported material: the same each time it is brought to the same key, whatever it is wrapped with. It tells
 * nothing of the material, and one key's id nothing about another's.
 * Source: HKDF with SHA-256 (RFC 5869), salt = purpose, info = key id. The material is not the key of an HMAC here: that
 * of an HMAC_256 key would then make its public id a valid MAC.
 *
 * @param material in the form of `readImportedMaterial`; not modified
 * @returns 64 hex digits
 */
export const importedMaterialId = (KeyId: string, material: Uint8Array): string =>
  hkdf('sha256', material, utf8(purpose), lengthPrefixed(KeyId), 32).toString('hex');
