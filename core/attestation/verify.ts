import { createPublicKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { encryptOaep } from '../crypto/rsa-oaep.ts';
import type { Attested } from '../model/attested.ts';
import { verifyChain } from './certificate-chain.ts';
import { readCoseSign1, verifyCoseSign1 } from './cose-sign1.ts';
import { readDocument } from './document.ts';
import { refuse } from './refusal.ts';

/** A document that is what it says, and the RSA key it was made for. */
export interface VerifiedAttestation extends Attested {
  readonly publicKey: KeyObject;
}

/** The longest payload, and room for header and signature: more is refused unread. */
const longestDocument = 16_384 + 256;

/**
 * Verifies an attestation document of a Nitro enclave or a NitroTPM: its form, the chain of its certificates from one of
 * the roots, its signature, and that its public key can be encrypted to.
 * Source: https://docs.aws.amazon.com/enclaves/latest/user/verify-root.html
 *
 * @param document from anywhere
 * @throws {AttestationError} with the first thing that is wrong
 */
export const verifyAttestation = (
  document: Uint8Array,
  roots: readonly X509Certificate[],
  now: Date,
): VerifiedAttestation => {
  if (document.length > longestDocument) refuse('it is too long');
  const message = readCoseSign1(document);
  const { certificate, bundle, publicKey, ...attested } = readDocument(message.payload);
  const signer = verifyChain(roots, bundle, certificate, now);
  verifyCoseSign1(message, signer.publicKey);
  if (publicKey === undefined) return refuse('it has no public key');
  return { ...attested, publicKey: readRsaKey(publicKey) };
};

const leastModulusBits = 2048;

/** The enclave chose its key, and no authority judged it: what OpenSSL finds wrong only when it encrypts is found here. */
const readRsaKey = (der: Uint8Array): KeyObject => {
  const unfit = `its public key is not one of RSA of at least ${leastModulusBits} bits`;
  try {
    const key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
    const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
    const fit = key.asymmetricKeyType === 'rsa' && modulusLength >= leastModulusBits && publicExponent >= 3n;
    if (fit && encryptOaep(key, 'sha256', Buffer.alloc(32)).length > 0) return key;
  } catch (cause) {
    refuse(unfit, cause);
  }
  return refuse(unfit);
};
