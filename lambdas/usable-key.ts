import { signEcdsa, verifyEcdsa } from '../core/crypto/ecdsa.ts';
import { mac, verifyMac } from '../core/crypto/hmac.ts';
import { exportPublicKey, type KeyPair } from '../core/crypto/key-pair.ts';
import { decryptOaep, encryptOaep, oaepLimit } from '../core/crypto/rsa-oaep.ts';
import { signRsa, verifyRsa } from '../core/crypto/rsa-signature.ts';
import * as symmetric from '../core/crypto/symmetric.ts';
import { parseBlob } from '../core/model/ciphertext-blob.ts';
import { KmsError } from '../core/model/errors.ts';
import type { Key, UsableKey } from '../core/model/key.ts';
import type { KeyRecord } from '../core/model/key-record.ts';
import {
  type MessageType,
  macHashes,
  oaepHashes,
  type SigningAlgorithm,
  signatureSchemes,
  specOf,
} from '../core/model/key-specs.ts';
import type { TextMap } from '../core/model/shapes.ts';
import type { LoadedMaterial, WithMaterial } from './keyring.ts';

type Table<T> = Readonly<Record<string, T>>;

/** The pipeline has checked that the algorithm is one of the key's; a gap there must not turn into another algorithm. */
const known = <T>(table: Table<T>, algorithm: string): T => {
  const facts = Object.hasOwn(table, algorithm) ? table[algorithm] : undefined;
  if (facts === undefined) throw new Error(`no implementation of ${algorithm}`);
  return facts;
};

const secretOf = (material: LoadedMaterial): Buffer => {
  if ('secret' in material) return material.secret;
  throw new Error('an asymmetric key has no secret bytes');
};

const pairOf = (material: LoadedMaterial): KeyPair => {
  if ('privateKey' in material) return material;
  throw new Error('a symmetric key has no key pair');
};

/** What can be done with a key, each by its algorithm. */
export const usableKey = (
  record: KeyRecord,
  withMaterial: WithMaterial,
  random: (size: number) => Buffer,
): Omit<UsableKey, keyof Key> => {
  const { KeyId, KeySpec, currentKeyMaterialId } = record;
  const withPair = <T>(use: (pair: KeyPair) => T) =>
    withMaterial(currentKeyMaterialId, (material) => use(pairOf(material)));

  return {
    async encrypt(plaintext, algorithm, context) {
      if (algorithm === 'SYMMETRIC_DEFAULT') {
        const CiphertextBlob = await withMaterial(currentKeyMaterialId, (material) => {
          const ids = { KeyId, KeyMaterialId: currentKeyMaterialId ?? '' };
          return symmetric.encrypt(secretOf(material), ids, plaintext, context, { nonce: random(16), iv: random(12) });
        });
        return { CiphertextBlob, KeyMaterialId: currentKeyMaterialId };
      }
      refuseContext(context, algorithm);
      const hash = known(oaepHashes, algorithm);
      const limit = modulusLimit(record, hash);
      if (plaintext.length > limit) {
        const message = `Algorithm ${algorithm} and key spec ${KeySpec} cannot encrypt data larger than ${limit} bytes.`;
        throw new KmsError('ValidationException', message);
      }
      return { CiphertextBlob: await withPair(({ publicKey }) => encryptOaep(publicKey, hash, plaintext)) };
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
      refuseContext(context, algorithm);
      const hash = known(oaepHashes, algorithm);
      const Plaintext = await withPair(({ privateKey }) => decryptOaep(privateKey, hash, ciphertext));
      if (Plaintext === undefined) throw new KmsError('InvalidCiphertextException');
      return { Plaintext };
    },

    async sign(message, messageType, algorithm) {
      const kind = checkMessage(message, messageType, algorithm);
      const spec = specOf(KeySpec);
      const { scheme, hash } = known(signatureSchemes, algorithm);
      return withPair(({ privateKey }) =>
        scheme === 'ecdsa'
          ? signEcdsa({ curve: curveOf(spec), hash }, privateKey, message, kind)
          : signRsa({ scheme, hash }, privateKey, message, kind),
      );
    },

    async verify(message, messageType, algorithm, signature) {
      const kind = checkMessage(message, messageType, algorithm);
      const spec = specOf(KeySpec);
      const { scheme, hash } = known(signatureSchemes, algorithm);
      return withPair(({ publicKey }) =>
        scheme === 'ecdsa'
          ? verifyEcdsa({ curve: curveOf(spec), hash }, publicKey, message, kind, signature)
          : verifyRsa({ scheme, hash }, publicKey, message, kind, signature),
      );
    },

    mac: (message, algorithm) =>
      withMaterial(currentKeyMaterialId, (material) => mac(macHashes[algorithm], secretOf(material), message)),

    verifyMac: (message, algorithm, tag) =>
      withMaterial(currentKeyMaterialId, (material) =>
        verifyMac(macHashes[algorithm], secretOf(material), message, tag),
      ),

    publicKey: () => withPair(exportPublicKey),
  };
};

const modulusLimit = ({ KeySpec }: KeyRecord, hash: 'sha1' | 'sha256'): number => {
  const spec = specOf(KeySpec);
  return spec.family === 'rsa' ? oaepLimit(spec.modulusBits, hash) : 0;
};

const curveOf = (spec: ReturnType<typeof specOf>) => {
  if (spec.family === 'ec') return spec.curve;
  throw new Error('only elliptic curve keys have a curve');
};

/** Only symmetric keys bind a context: to take one elsewhere would promise what is not so. */
const refuseContext = (context: TextMap | undefined, algorithm: string) => {
  if (context !== undefined && Object.keys(context).length > 0) {
    throw new KmsError('ValidationException', `Algorithm ${algorithm} does not support an encryption context.`);
  }
};

const checkMessage = (message: Uint8Array, messageType: MessageType, algorithm: SigningAlgorithm): 'RAW' | 'DIGEST' => {
  const { digestLength } = known(signatureSchemes, algorithm);
  if (messageType === 'EXTERNAL_MU') {
    throw new KmsError('ValidationException', `Message type EXTERNAL_MU is not valid for algorithm ${algorithm}.`);
  }
  if (messageType === 'DIGEST' && message.length !== digestLength) {
    throw new KmsError('ValidationException', `Digest is invalid length for algorithm ${algorithm}.`);
  }
  return messageType;
};
