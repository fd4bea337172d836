import { readElement, readElements, tags } from '../crypto/der.ts';
import { refuse } from './refusal.ts';

/** What the extensions of a certificate say of what its key is for. RFC 5280 §4.2.1.3, §4.2.1.9. */
export interface CertificateUse {
  readonly signsData: boolean;
  readonly signsCertificates: boolean;
  readonly isAuthority: boolean;
  /** How many authorities may follow; any number when absent. */
  readonly pathLength: number | undefined;
}

/** Object identifiers below 2.5.29. */
const keyUsage = '551d0f';
const basicConstraints = '551d13';
const boolean = 0x01;
/** `extensions [3] EXPLICIT`. RFC 5280 §4.1. */
const extensionsTag = 0xa3;

/** Bits 0 and 5 of KeyUsage; bit 0 is the highest of its byte. RFC 5280 §4.2.1.3. */
const digitalSignature = 0x80;
const keyCertSign = 0x04;

/**
 * Reads what Node does not tell of a certificate: its key usage and the limit of its path.
 *
 * @param certificate DER; only one that a trusted authority signed
 * @throws {AttestationError} on a critical extension that is not understood here (RFC 5280 §4.2), or bad form
 */
export const certificateUse = (certificate: Uint8Array): CertificateUse => {
  const extensions = readExtensions(certificate) ?? refuse('a certificate is not in form');
  const usage = readElement(extensions.get(keyUsage) ?? Buffer.alloc(0), tags.bitString)?.[1] ?? 0;
  const constraints = readElement(extensions.get(basicConstraints) ?? Buffer.alloc(0), tags.sequence);
  const [first, second] = (constraints && readElements(constraints)) ?? [];
  const isAuthority = first?.tag === boolean && first.contents[0] === 0xff;
  const length = second?.tag === tags.integer ? second : first?.tag === tags.integer ? first : undefined;
  return {
    signsData: (usage & digitalSignature) !== 0,
    signsCertificates: (usage & keyCertSign) !== 0,
    isAuthority,
    pathLength: length && Number.parseInt(length.contents.toString('hex'), 16),
  };
};

/** The values of the extensions by object identifier, in hex; undefined for what is no certificate of version 3. */
const readExtensions = (certificate: Uint8Array): ReadonlyMap<string, Buffer> | undefined => {
  const [toBeSigned] = readElements(readElement(certificate, tags.sequence) ?? Buffer.alloc(0)) ?? [];
  const explicit = toBeSigned && readElements(toBeSigned.contents)?.find(({ tag }) => tag === extensionsTag);
  const list = explicit && readElement(explicit.contents, tags.sequence);
  const found = new Map<string, Buffer>();
  for (const { contents } of (list && readElements(list)) ?? []) {
    const [id, ...rest] = readElements(contents) ?? [];
    const value = rest.at(-1);
    if (id?.tag !== tags.objectIdentifier || value?.tag !== tags.octetString) return undefined;
    const name = id.contents.toString('hex');
    const critical = rest.length > 1;
    if (critical && name !== keyUsage && name !== basicConstraints) {
      return refuse('a certificate has a critical extension that is not known here');
    }
    found.set(name, value.contents);
  }
  return found;
};
