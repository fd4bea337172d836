import { encodeHeader, type ParsedBlob } from '../model/ciphertext-blob.ts';
import { type EncryptionContext, encodeEncryptionContext } from '../model/encryption-context.ts';
import { open, seal } from './aes-gcm.ts';
import { checkBytes, wipe } from './bytes.ts';
import { deriveKey } from './counter-kdf.ts';

/** Frozen: part of every blob that was ever made. */
const label = Buffer.from('serverless-kms symmetric encryption v1');

/**
 * SYMMETRIC_DEFAULT: a sub-key of its own for every message, by the counter KDF over a random nonce, then AES-256-GCM.
 * Sources: SP 800-108r1 §4.1, SP 800-38D; the blob is described in docs/decisions/0001-ciphertext-blob.md.
 *
 * @param material 32 bytes; not modified
 * @param context  must be given again, pair for pair, to decrypt; undefined is the same as none
 * @param fresh    a nonce of 16 and an IV of 12 random bytes, never used before
 * @returns the ciphertext blob, 94 bytes longer than the plaintext
 * @throws {RangeError} on lengths, ids or text which validation should have refused
 */
export const encrypt = (
  material: Uint8Array,
  { KeyId, KeyMaterialId }: { readonly KeyId: string; readonly KeyMaterialId: string },
  plaintext: Uint8Array,
  context: EncryptionContext | undefined,
  { nonce, iv }: { readonly nonce: Uint8Array; readonly iv: Uint8Array },
): Buffer => {
  const header = encodeHeader({ KeyId, KeyMaterialId, nonce, iv });
  const aad = associatedData(header, context);
  return withMessageKey(material, nonce, (key) => Buffer.concat([header, seal(key, iv, plaintext, aad)]));
};

/**
 * Opens a blob made by `encrypt`.
 *
 * @param material of the version which the blob names, 32 bytes; not modified
 * @returns the plaintext, fresh bytes which the caller owns and wipes; undefined if the blob was changed, or made
 *   with other material or another context
 */
export const decrypt = (
  material: Uint8Array,
  { header, nonce, iv, sealed }: ParsedBlob,
  context: EncryptionContext | undefined,
): Buffer | undefined => {
  const aad = associatedData(header, context);
  return withMessageKey(material, nonce, (key) => open(key, iv, sealed, aad));
};

// Injective: the header is of fixed length, the encoding of the context is injective.
const associatedData = (header: Uint8Array, context: EncryptionContext | undefined): Buffer =>
  Buffer.concat([header, encodeEncryptionContext(context)]);

const withMessageKey = <Result>(material: Uint8Array, nonce: Uint8Array, use: (key: Buffer) => Result): Result => {
  checkBytes('nonce', nonce, 16);
  const key = deriveKey(material, label, nonce, 32);
  try {
    return use(key);
  } finally {
    wipe(key);
  }
};
