import type { DataKeyPairSpec } from './data-key.ts';
import type { GrantRecord } from './grant.ts';
import type { WrappingAlgorithm, WrappingKeySpec } from './key-import.ts';
import type { AliasRecord, KeyMaterial, KeyRecord, KeyState } from './key-record.ts';
import type { EncryptionAlgorithm, KeySpec, MacAlgorithm } from './key-specs.ts';
import type { TextMap } from './shapes.ts';
import type { MessageType, SigningAlgorithm } from './signing.ts';

/** A key as an operation meets it: found, and the caller may use it. */
export interface Key {
  readonly Arn: string;
  readonly record: KeyRecord;
  /** Judged by the clock of the call. */
  readonly state: KeyState;
}

/** A key that was named by an alias of the caller's account and nothing else. */
export interface AliasedKey extends Key {
  readonly alias: AliasRecord;
}

/** A key that was named together with a grant on it. */
export interface GrantedKey extends Key {
  readonly grant: GrantRecord;
}

/** A key whose material the operation may use. Bytes returned are fresh and belong to the caller. */
export interface UsableKey extends Key {
  /** @throws {KmsError} ValidationException when an asymmetric key cannot take that many bytes, or takes no encryption context */
  encrypt(plaintext: Uint8Array, algorithm: EncryptionAlgorithm, context: TextMap | undefined): Promise<Encrypted>;
  /** @throws {KmsError} InvalidCiphertextException, without telling what was wrong */
  decrypt(ciphertext: Uint8Array, algorithm: EncryptionAlgorithm, context: TextMap | undefined): Promise<Decrypted>;
  /** @throws {KmsError} ValidationException for a message type or length which the algorithm does not take */
  sign(message: Uint8Array, kind: MessageType, algorithm: SigningAlgorithm): Promise<Buffer>;
  verify(message: Uint8Array, kind: MessageType, algorithm: SigningAlgorithm, signature: Uint8Array): Promise<boolean>;
  mac(message: Uint8Array, algorithm: MacAlgorithm): Promise<Buffer>;
  verifyMac(message: Uint8Array, algorithm: MacAlgorithm, mac: Uint8Array): Promise<boolean>;
  /** DER SubjectPublicKeyInfo, RFC 5280 §4.1. */
  publicKey(): Promise<Buffer>;
  /**
   * @param publicKey the other side's, as DER SubjectPublicKeyInfo, from anywhere
   * @returns the x-coordinate, as long as the field
   * @throws {KmsError} ValidationException for anything but a public key on the same curve
   */
  deriveSharedSecret(publicKey: Buffer): Promise<Buffer>;
  encapsulate(): Promise<Encapsulated>;
  /** @throws {KmsError} InvalidCiphertextException for a ciphertext of another length; any other one has a secret */
  decapsulate(ciphertext: Uint8Array): Promise<Buffer>;
}

/** `KeyMaterialId` is there for symmetric keys, the only ones with several materials. */
export interface Encrypted {
  readonly CiphertextBlob: Buffer;
  readonly KeyMaterialId?: string | undefined;
}
export interface Decrypted {
  readonly Plaintext: Buffer;
  readonly KeyMaterialId?: string | undefined;
}

/** A secret of 32 bytes, and what tells it to the owner of the private key. */
export interface Encapsulated {
  readonly sharedSecret: Buffer;
  readonly ciphertext: Buffer;
}

/** A pair for the caller: PKCS#8 and SubjectPublicKeyInfo, both DER. */
export interface DataKeyPair {
  readonly privateKey: Buffer;
  readonly publicKey: Buffer;
}

/** Whose material it is: it opens as nothing else. */
export interface MaterialOwner {
  readonly AccountId: string;
  readonly KeyId: string;
  readonly KeySpec: KeySpec;
}

/** What a caller needs to bring key material: a public key (SubjectPublicKeyInfo) and the token that belongs to it. */
export interface ImportParameters {
  readonly PublicKey: Buffer;
  readonly ImportToken: Buffer;
}

/** Key material that a caller brought; the public key of an asymmetric one as SubjectPublicKeyInfo. */
export interface ImportedMaterial {
  readonly material: KeyMaterial;
  readonly PublicKey?: Buffer | undefined;
}

/** Wraps stored key material anew, so that the root key can be rotated. */
export interface MaterialRewrapper {
  /** Versions of the root key: all that are at hand, and the one in force. */
  readonly roots: { readonly known: readonly number[]; readonly inForce: number };
  /** The version under which material is stored; undefined for what is no wrapped material. */
  rootOf(wrapped: Uint8Array): number | undefined;
  /**
   * @returns the same material under the root key in force
   * @throws {Error} when its root key is not at hand, or the material was altered in the store
   */
  rewrap(of: MaterialOwner, material: KeyMaterial): Promise<Uint8Array>;
}

/** Makes keys. Key material is wrapped under the root key before it is handed out. */
export interface MaterialMaker {
  newMaterial(of: MaterialOwner): Promise<KeyMaterial>;
  /** Fresh, kept nowhere; the caller owns and wipes it. */
  newDataKeyPair(spec: DataKeyPairSpec): Promise<DataKeyPair>;
  /** Makes a pair of its own with each call; the private half is sealed in the token and kept nowhere. */
  newImportParameters(
    of: MaterialOwner,
    algorithm: WrappingAlgorithm,
    keySpec: WrappingKeySpec,
    validTo: Date,
  ): Promise<ImportParameters>;
  /**
   * Unwraps, judges and keeps what a caller brought. The same material of the same key has the same id each time.
   * @throws {KmsError} InvalidImportTokenException, ExpiredImportTokenException, InvalidCiphertextException when it does
   *   not unwrap, or not to material of the key's spec
   */
  importMaterial(of: MaterialOwner, ImportToken: Buffer, wrapped: Buffer, now: Date): Promise<ImportedMaterial>;
}
