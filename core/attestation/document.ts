import type { Attested } from '../model/attested.ts';
import { readCbor } from './cose-sign1.ts';
import { refuse } from './refusal.ts';

/** What a document says, in form, but believed by nobody yet. */
export interface AttestationDocument extends Attested {
  /** DER, of the key that signed the document. */
  readonly certificate: Uint8Array;
  /** DER, root first. */
  readonly bundle: readonly Uint8Array[];
  /** SubjectPublicKeyInfo in DER, or so it says. */
  readonly publicKey: Uint8Array | undefined;
}

/** The member with the PCRs, by which the two kinds of documents are told apart. */
const platforms = { pcrs: 'enclave', nitrotpm_pcrs: 'nitrotpm' } as const;

/** Bounds in bytes. */
const ofCertificate = { min: 1, max: 1024 };
const ofPublicKey = { min: 1, max: 1024 };
const ofUserData = { min: 0, max: 1024 };
const pcrLengths = [32, 48, 64];
const mostPcrs = 32;
/** A limit of ours, so that a document costs little: AWS's chains have four. */
const mostCertificates = 8;

/**
 * Reads the payload of a document of a Nitro enclave or a NitroTPM.
 * Source: https://docs.aws.amazon.com/enclaves/latest/user/verify-root.html,
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/nitrotpm-attestation-document-validate.html.
 * Members beyond these are let pass, since AWS adds some over time. The Nitro Security Module writes optional members
 * that it was not given as null. PCRs of zeros, as of an enclave in debug mode, are as good as others: policies decide.
 *
 * @throws {AttestationError} which says what member is missing or out of form
 */
export const readDocument = (payload: Uint8Array): AttestationDocument => {
  const members = readCbor(payload, 'its payload');
  if (!(members instanceof Map)) return refuse('its payload is not a map');
  const [moduleId, timestamp, bundle]: unknown[] = ['module_id', 'timestamp', 'cabundle'].map((name) =>
    members.get(name),
  );
  if (typeof moduleId !== 'string' || moduleId === '') return refuse('module_id is not a text');
  if (members.get('digest') !== 'SHA384') refuse('digest is not SHA384');
  // AWS does not say how old a document may be; its certificate, which lives for hours, bounds that.
  if (!Number.isInteger(timestamp) || Number(timestamp) <= 0) refuse('timestamp is not a positive integer');
  if (!Array.isArray(bundle) || bundle.length === 0 || bundle.length > mostCertificates) {
    return refuse(`cabundle is not a list of 1 to ${mostCertificates} certificates`);
  }
  for (const name of ['user_data', 'nonce']) optional(name, members.get(name), ofUserData);
  return {
    ...readPcrs(members),
    moduleId,
    certificate: required('certificate', members.get('certificate'), ofCertificate),
    bundle: bundle.map((one: unknown) => required('a certificate in cabundle', one, ofCertificate)),
    publicKey: optional('public_key', members.get('public_key'), ofPublicKey),
  };
};

interface Bounds {
  readonly min: number;
  readonly max: number;
}

const required = (name: string, value: unknown, { min, max }: Bounds): Uint8Array =>
  value instanceof Uint8Array && value.length >= min && value.length <= max
    ? value
    : refuse(`${name} is not ${min} to ${max} bytes`);

const optional = (name: string, value: unknown, bounds: Bounds): Uint8Array | undefined =>
  value === undefined || value === null ? undefined : required(name, value, bounds);

const readPcrs = (members: ReadonlyMap<unknown, unknown>): Pick<Attested, 'platform' | 'pcrs'> => {
  const sent = Object.entries(platforms).filter(([member]) => members.has(member));
  const [[member, platform] = ['pcrs', platforms.pcrs] as const, ...others] = sent;
  const registers = members.get(member);
  const inForm = others.length === 0 && registers instanceof Map && registers.size > 0 && registers.size <= mostPcrs;
  if (!inForm) return refuse(`${member} is not a map of 1 to ${mostPcrs} registers`);
  return { platform, pcrs: new Map([...registers].map(([index, value]) => [pcrIndex(index), pcrValue(index, value)])) };
};

const pcrIndex = (index: unknown): number =>
  typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < mostPcrs
    ? index
    : refuse(`a PCR has no index from 0 to ${mostPcrs - 1}`);

const pcrValue = (index: unknown, value: unknown): string =>
  value instanceof Uint8Array && pcrLengths.includes(value.length)
    ? Buffer.from(value).toString('hex')
    : refuse(`PCR${String(index)} is not ${pcrLengths.join(', ')} bytes long`);
