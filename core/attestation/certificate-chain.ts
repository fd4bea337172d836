import { X509Certificate } from 'node:crypto';
import { type CertificateUse, certificateUse } from './certificate-extensions.ts';
import { refuse } from './refusal.ts';

/**
 * Verifies the certificates of an attestation document, from a trusted root down to the one that signed it.
 * Source: https://github.com/aws/aws-nitro-enclaves-nsm-api/blob/main/docs/attestation_process.md §3.2.3; RFC 5280 §6.1.
 * There are no revocation lists. Nothing is read of a certificate before its issuer vouches for it, so a chain that was
 * made up costs one failed verification.
 *
 * @param bundle DER, root first, each issued by the one before it
 * @param leaf   DER, issued by the last of the bundle
 * @throws {AttestationError}
 */
export const verifyChain = (
  roots: readonly X509Certificate[],
  bundle: readonly Uint8Array[],
  leaf: Uint8Array,
  now: Date,
): X509Certificate => {
  const [first, ...rest] = bundle;
  let issuer = roots.find(({ raw }) => first !== undefined && raw.equals(first)) ?? refuse('it has no trusted root');
  checkAuthority(issuer, rest.length, now);
  for (const [index, der] of rest.entries()) {
    issuer = issuedBy(issuer, der);
    checkAuthority(issuer, rest.length - 1 - index, now);
  }
  const signer = issuedBy(issuer, leaf);
  const use = checkValidity(signer, now);
  if (use.isAuthority || use.pathLength !== undefined || !use.signsData) {
    refuse('its certificate is not one for signing data');
  }
  return signer;
};

/** A certificate of which nothing is known but that its issuer signed it. */
const issuedBy = (issuer: X509Certificate, der: Uint8Array): X509Certificate => {
  try {
    const certificate = new X509Certificate(der);
    if (certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)) return certificate;
  } catch (cause) {
    refuse('a certificate is not in form', cause);
  }
  return refuse('a certificate is not issued by the one before it');
};

/** @param below how many authorities come after it */
const checkAuthority = (certificate: X509Certificate, below: number, now: Date): void => {
  const { isAuthority, signsCertificates, pathLength = Infinity } = checkValidity(certificate, now);
  if (!isAuthority || !signsCertificates) refuse('a certificate in cabundle is not one of an authority');
  if (below > pathLength) refuse('a certificate in cabundle does not allow so long a chain');
};

const checkValidity = ({ raw, validFromDate, validToDate }: X509Certificate, now: Date): CertificateUse => {
  if (now < validFromDate) refuse('a certificate is not valid yet');
  if (now > validToDate) refuse('a certificate has expired');
  return certificateUse(raw);
};
