import { type EcdsaScheme, signEcdsa, verifyEcdsa } from '../../core/crypto/ecdsa.ts';
import { type Ed25519Scheme, signEd25519, verifyEd25519 } from '../../core/crypto/ed25519.ts';
import { type MlDsaSet, signMlDsa, verifyMlDsa } from '../../core/crypto/ml-dsa.ts';
import { type RsaSignatureScheme, signRsa, verifyRsa } from '../../core/crypto/rsa-signature.ts';
import { signSm2, verifySm2 } from '../../core/crypto/sm2.ts';
import { KmsError } from '../../core/model/errors.ts';
import { type KeySpec, specOf } from '../../core/model/key-specs.ts';
import {
  type MessageType,
  messagesOf,
  type SigningAlgorithm,
  signatureSchemes,
  signingAlgorithms,
} from '../../core/model/signing.ts';
import { derPairOf, type LoadedMaterial, pairOf } from '../key-material.ts';

/** A message, and whether it is RAW; if not, it is of the one other type which its algorithm takes. */
export interface Message {
  readonly bytes: Uint8Array;
  readonly isRaw: boolean;
}

export interface SignatureScheme {
  sign(material: LoadedMaterial, message: Message): Buffer;
  verify(material: LoadedMaterial, message: Message, signature: Uint8Array): boolean;
}

/** @throws {KmsError} ValidationException for a type which the algorithm does not take, or a length it must not have */
export const readMessage = (
  bytes: Uint8Array,
  type: MessageType,
  algorithm: SigningAlgorithm,
  KeySpec: KeySpec,
): Message => {
  const length = messagesOf(algorithm)[type];
  if (length === undefined) {
    // AWS blames the algorithm only where another one of the same key takes such a message.
    const ofKey = specOf(KeySpec).algorithms.SIGN_VERIFY ?? [];
    const blamed = signingAlgorithms.some((other) => ofKey.includes(other) && messagesOf(other)[type] !== undefined)
      ? `algorithm ${algorithm}`
      : `key spec ${KeySpec}`;
    throw new KmsError('ValidationException', `Message type ${type} is incompatible with ${blamed}.`);
  }
  if (length !== 'any' && bytes.length !== length) {
    throw new KmsError('ValidationException', `Digest is invalid length for algorithm ${algorithm}.`);
  }
  return { bytes, isRaw: type === 'RAW' };
};

/** The pipeline has checked that the algorithm is one of the key's; a gap there must not turn into another algorithm. */
export const signatureScheme = (KeySpec: KeySpec, algorithm: SigningAlgorithm): SignatureScheme => {
  const spec = specOf(KeySpec);
  const facts = signatureSchemes[algorithm];
  if (facts.scheme === 'ecdsa' && spec.family === 'ec') return ecdsa({ curve: spec.curve, hash: facts.hash });
  if ((facts.scheme === 'pss' || facts.scheme === 'pkcs1') && spec.family === 'rsa') return rsa(facts);
  if (facts.scheme === 'ml-dsa' && spec.family === 'ml-dsa') return mlDsa(spec.set);
  if (facts.scheme === 'sm2' && spec.family === 'sm2') return sm2;
  if ((facts.scheme === 'ed25519' || facts.scheme === 'ed25519ph') && spec.family === 'ed25519') {
    return ed25519(facts.scheme);
  }
  throw new Error(`no implementation of ${algorithm} with ${KeySpec}`);
};

const rsa = (scheme: RsaSignatureScheme): SignatureScheme => ({
  sign: (material, { bytes, isRaw }) => signRsa(scheme, pairOf(material).privateKey, bytes, orDigest(isRaw)),
  verify: (material, { bytes, isRaw }, signature) =>
    verifyRsa(scheme, pairOf(material).publicKey, bytes, orDigest(isRaw), signature),
});

const ecdsa = (scheme: EcdsaScheme): SignatureScheme => ({
  sign: (material, { bytes, isRaw }) => signEcdsa(scheme, pairOf(material).privateKey, bytes, orDigest(isRaw)),
  verify: (material, { bytes, isRaw }, signature) =>
    verifyEcdsa(scheme, pairOf(material).publicKey, bytes, orDigest(isRaw), signature),
});

const ed25519 = (scheme: Ed25519Scheme): SignatureScheme => ({
  sign: (material, { bytes }) => signEd25519(scheme, pairOf(material).privateKey, bytes),
  verify: (material, { bytes }, signature) => verifyEd25519(scheme, pairOf(material).publicKey, bytes, signature),
});

const mlDsa = (set: MlDsaSet): SignatureScheme => ({
  sign: (material, { bytes, isRaw }) => signMlDsa(set, derPairOf(material).secret, bytes, orMu(isRaw)),
  verify: (material, { bytes, isRaw }, signature) =>
    verifyMlDsa(set, derPairOf(material).spki, bytes, orMu(isRaw), signature),
});

const sm2: SignatureScheme = {
  sign: (material, { bytes, isRaw }) => signSm2(derPairOf(material).secret, bytes, orDigest(isRaw)),
  verify: (material, { bytes, isRaw }, signature) =>
    verifySm2(derPairOf(material).spki, bytes, orDigest(isRaw), signature),
};

const orDigest = (isRaw: boolean) => (isRaw ? 'RAW' : 'DIGEST');
const orMu = (isRaw: boolean) => (isRaw ? 'RAW' : 'EXTERNAL_MU');
