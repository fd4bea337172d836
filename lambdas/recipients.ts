import { AttestationError } from '../core/attestation/refusal.ts';
import { readRoots } from '../core/attestation/roots.ts';
import { type VerifiedAttestation, verifyAttestation } from '../core/attestation/verify.ts';
import { envelop } from '../core/crypto/enveloped-data.ts';
import { KmsError } from '../core/model/errors.ts';
import type { Recipients } from './pipeline/ports.ts';

/**
 * Joins attestation and encryption to its owner.
 *
 * @param pem the root certificates that are trusted
 * @throws {Error} when there is none in it
 */
export const newRecipients = (pem: string, random: (size: number) => Buffer): Recipients => {
  const roots = readRoots(pem);
  return {
    attest(document, now) {
      const { publicKey, ...attested } = verified(() => verifyAttestation(document, roots, now));
      return { ...attested, encrypt: (plaintext) => envelop(publicKey, plaintext, random) };
    },
  };
};

const verified = (verify: () => VerifiedAttestation): VerifiedAttestation => {
  try {
    return verify();
  } catch (error) {
    if (!(error instanceof AttestationError)) throw error;
    const message = `The attestation document is not valid: ${error.message}.`;
    throw new KmsError('ValidationException', message, { cause: error });
  }
};
