import { type EcdsaScheme, inThisThread, type OpenSsl, signEcdsa, verifyEcdsa } from '../../core/crypto/ecdsa.ts';
import { type Ed25519Scheme, signEd25519, verifyEd25519 } from '../../core/crypto/ed25519.ts';
import { type MlDsaSet, signMlDsa, verifyMlDsa } from '../../core/crypto/ml-dsa.ts';
import { type RsaSignatureScheme, signRsa, verifyRsa } from '../../core/crypto/rsa-signature.ts';
import { signSm2, verifySm2 } from '../../core/crypto/sm2.ts';
import { type KeySpec, specOf } from '../../core/model/key-specs.ts';
import { type SigningAlgorithm, signatureSchemes } from '../../core/model/signing.ts';
import { derPairOf, type LoadedMaterial, pairOf } from '../key-material.ts';
import type { Message } from './message.ts';

export interface SignatureScheme {
  /** What takes long, and can be done off this thread, comes later. */
  sign(material: LoadedMaterial, message: Message): Buffer | Promise<Buffer>;
  verify(material: LoadedMaterial, message: Message, signature: Uint8Array): boolean | Promise<boolean>;
}

/**
 * The pipeline has checked that the algorithm is one of the key's; a gap there must not turn into another algorithm.
 *
 * @param openSsl for ECDSA; RSA and ML-DSA, which take longer, sign messages off this thread in any case
 */
export const signatureScheme = (
  KeySpec: KeySpec,
  algorithm: SigningAlgorithm,
  openSsl = inThisThread,
): SignatureScheme => {
  const spec = specOf(KeySpec);
  const facts = signatureSchemes[algorithm];
  if (facts.scheme === 'ecdsa' && spec.family === 'ec') return ecdsa({ curve: spec.curve, hash: facts.hash }, openSsl);
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

const ecdsa = (scheme: EcdsaScheme, openSsl: OpenSsl): SignatureScheme => ({
  sign: (material, { bytes, isRaw }) => signEcdsa(scheme, pairOf(material).privateKey, bytes, orDigest(isRaw), openSsl),
  verify: (material, { bytes, isRaw }, signature) =>
    verifyEcdsa(scheme, pairOf(material).publicKey, bytes, orDigest(isRaw), signature, openSsl),
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
