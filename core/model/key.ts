import type { AliasRecord, KeyMaterial, KeyRecord, KeyState } from './key-record.ts';
import type { EncryptionAlgorithm, KeySpec, MacAlgorithm, MessageType, SigningAlgorithm } from './key-specs.ts';
import type { TextMap } from './shapes.ts';

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

/** A key whose material the operation may use. Bytes returned are fresh and belong to the caller. */
export interface UsableKey extends Key {
  /** @throws {KmsError} ValidationException when RSA cannot take that many bytes, or takes no encryption context */
  encrypt(plaintext: Uint8Array, algorithm: EncryptionAlgorithm, context: TextMap | undefined): Promise<Encrypted>;
  /** @throws {KmsError} InvalidCiphertextException, without telling what was wrong */
  decrypt(ciphertext: Uint8Array, algorithm: EncryptionAlgorithm, context: TextMap | undefined): Promise<Decrypted>;
  /** @throws {KmsError} ValidationException when a DIGEST has not the length of the algorithm's hash */
  sign(message: Uint8Array, kind: MessageType, algorithm: SigningAlgorithm): Promise<Buffer>;
  verify(message: Uint8Array, kind: MessageType, algorithm: SigningAlgorithm, signature: Uint8Array): Promise<boolean>;
  mac(message: Uint8Array, algorithm: MacAlgorithm): Promise<Buffer>;
  verifyMac(message: Uint8Array, algorithm: MacAlgorithm, mac: Uint8Array): Promise<boolean>;
  /** DER SubjectPublicKeyInfo, RFC 5280 §4.1. */
  publicKey(): Promise<Buffer>;
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

/** Makes key material, wrapped under the root key before it is handed out. */
export interface MaterialMaker {
  newMaterial(of: {
    readonly AccountId: string;
    readonly KeyId: string;
    readonly KeySpec: KeySpec;
  }): Promise<KeyMaterial>;
}
