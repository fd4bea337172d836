import { mac, verifyMac } from '../core/crypto/hmac.ts';
import * as symmetric from '../core/crypto/symmetric.ts';
import { parseBlob } from '../core/model/ciphertext-blob.ts';
import { KmsError } from '../core/model/errors.ts';
import type { Key, UsableKey } from '../core/model/key.ts';
import type { KeyRecord } from '../core/model/key-record.ts';
import { type EncryptionAlgorithm, macHashes } from '../core/model/key-specs.ts';
import type { TextMap } from '../core/model/shapes.ts';
import type { SigningAlgorithm } from '../core/model/signing.ts';
import { type Algorithms, given } from './algorithms.ts';
import { exportSpki, type LoadedMaterial, secretOf, type WithMaterial } from './key-material.ts';
import { readMessage } from './usable-key/message.ts';

/** What can be done with a key, each by its algorithm. */
export const usableKey = (
  record: KeyRecord,
  withMaterial: WithMaterial,
  nonces: (size: number) => Buffer,
  algorithms: Algorithms,
): Omit<UsableKey, keyof Key> => {
  const { KeyId, KeySpec, currentKeyMaterialId } = record;
  const schemeOf = (algorithm: SigningAlgorithm) => given(algorithms.signatureScheme, 'signatures')(KeySpec, algorithm);
  const encryptionOf = (algorithm: EncryptionAlgorithm) =>
    given(algorithms.publicKeyEncryption, 'public key encryption')(KeySpec, algorithm);
  const encapsulation = () => given(algorithms.encapsulation, 'encapsulation');
  const withCurrent = <T>(use: (material: LoadedMaterial) => T | Promise<T>) => withMaterial(currentKeyMaterialId, use);

  return {
    async encrypt(plaintext, algorithm, context) {
      if (algorithm === 'SYMMETRIC_DEFAULT') {
        const CiphertextBlob = await withCurrent((material) => {
          const ids = { KeyId, KeyMaterialId: currentKeyMaterialId ?? '' };
          return symmetric.encrypt(secretOf(material), ids, plaintext, context, { nonce: nonces(16), iv: nonces(12) });
        });
        return { CiphertextBlob, KeyMaterialId: currentKeyMaterialId };
      }
      refuseContext(context);
      const { encrypt, limit } = encryptionOf(algorithm);
      if (plaintext.length > limit) {
        const message = `Algorithm ${algorithm} and key spec ${KeySpec} cannot encrypt data larger than ${limit} bytes.`;
        throw new KmsError('ValidationException', message);
      }
      return { CiphertextBlob: await withCurrent((material) => encrypt(material, plaintext)) };
    },

    async decrypt(ciphertext, algorithm, context) {
      if (algorithm === 'SYMMETRIC_DEFAULT') {
        const blob = parseBlob(ciphertext);
        if (blob?.KeyId !== KeyId) throw new KmsError('InvalidCiphertextException');
        const { KeyMaterialId } = blob;
        const Plaintext = await withMaterial(KeyMaterialId, (material) =>
          symmetric.decrypt(secretOf(material), blob, context),
        );
        if (Plaintext === undefined) throw new KmsError('InvalidCiphertextException');
        return { Plaintext, KeyMaterialId };
      }
      refuseContext(context);
      const { decrypt } = encryptionOf(algorithm);
      const Plaintext = await withCurrent((material) => decrypt(material, ciphertext));
      if (Plaintext === undefined) throw new KmsError('InvalidCiphertextException');
      return { Plaintext };
    },

    async sign(bytes, messageType, algorithm) {
      const message = readMessage(bytes, messageType, algorithm, KeySpec);
      const { sign } = schemeOf(algorithm);
      return withCurrent((material) => sign(material, message));
    },

    async verify(bytes, messageType, algorithm, signature) {
      const message = readMessage(bytes, messageType, algorithm, KeySpec);
      const { verify } = schemeOf(algorithm);
      return withCurrent((material) => verify(material, message, signature));
    },

    mac: (message, algorithm) => withCurrent((material) => mac(macHashes[algorithm], secretOf(material), message)),

    verifyMac: (message, algorithm, tag) =>
      withCurrent((material) => verifyMac(macHashes[algorithm], secretOf(material), message, tag)),

    async publicKey() {
      // That of imported material is at hand even while the private half is not.
      const current = record.materials.find(({ KeyMaterialId }) => KeyMaterialId === currentKeyMaterialId);
      const kept = current?.imported?.PublicKey;
      return kept === undefined ? withCurrent(exportSpki) : Buffer.from(kept);
    },

    async deriveSharedSecret(publicKey) {
      const secret = await withCurrent((material) =>
        given(algorithms.agreeWith, 'key agreement')(KeySpec, material, publicKey),
      );
      if (secret === undefined) throw new KmsError('ValidationException');
      return secret;
    },

    encapsulate: () => withCurrent((material) => encapsulation().encapsulateTo(KeySpec, material)),

    async decapsulate(ciphertext) {
      const secret = await withCurrent((material) => encapsulation().decapsulateWith(KeySpec, material, ciphertext));
      if (secret === undefined) throw new KmsError('InvalidCiphertextException');
      return secret;
    },
  };
};

/** Only symmetric keys bind a context: to take one elsewhere would promise what is not so. */
const refuseContext = (context: TextMap | undefined) => {
  if (context === undefined || Object.keys(context).length === 0) return;
  const message = 'EncryptionContext is not supported when encrypting/decrypting with asymmetric CMKs.';
  throw new KmsError('ValidationException', message);
};
