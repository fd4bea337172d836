import { type KeyObject, verify } from 'node:crypto';
import { decode } from 'cborg';
import { refuse } from './refusal.ts';

/** A message with one signature, apart but not verified. RFC 9052 §4.2. */
export interface CoseSign1 {
  readonly protectedHeader: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

const sign1Tag = 18;

/** What no part of an attestation document has is not taken either: two readers might see two things in it. */
const strict = {
  useMaps: true,
  rejectDuplicateMapKeys: true,
  allowUndefined: false,
  allowNaN: false,
  allowInfinity: false,
  allowBigInt: false,
};

/**
 * One CBOR item (RFC 8949) and nothing after it; maps as `Map`, byte strings as `Uint8Array`.
 *
 * @param bytes of at most some kilobytes: what is nested until the stack is full is refused like any other nonsense
 * @throws {AttestationError}
 */
export const readCbor = (bytes: Uint8Array, what: string, options: { readonly tags?: Tags } = {}): unknown => {
  try {
    return decode(bytes, { ...strict, ...options });
  } catch (cause) {
    return refuse(`${what} is not valid CBOR`, cause);
  }
};

type Tags = Readonly<Record<number, (content: () => unknown) => unknown>>;

/**
 * Takes a COSE_Sign1 apart, tagged or not. The unprotected header has to be empty, as nothing vouches for it.
 *
 * @throws {AttestationError}
 */
export const readCoseSign1 = (bytes: Uint8Array): CoseSign1 => {
  const message = readCbor(bytes, 'it', { tags: { [sign1Tag]: (content) => content() } });
  if (!Array.isArray(message) || message.length !== 4) return refuse('it is not a COSE_Sign1 structure');
  const [protectedHeader, unprotected, payload, signature]: unknown[] = message;
  const inForm = isBytes(protectedHeader) && isBytes(payload) && isBytes(signature);
  if (!inForm || !(unprotected instanceof Map)) return refuse('it is not a COSE_Sign1 structure');
  if (unprotected.size > 0) return refuse('its unprotected header is not empty');
  return { protectedHeader, payload, signature };
};

const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array;

/** ES384: ECDSA on P-384 with SHA-384. RFC 9053 §2.1. */
const es384 = { header: 1, algorithm: -35, curve: 'secp384r1', signatureLength: 96 } as const;

/**
 * Verifies the signature, which has to be ES384 and to say so.
 * Source: RFC 9052 §4.4, with empty external data; RFC 9053 §2.1.
 *
 * @throws {AttestationError}
 */
export const verifyCoseSign1 = ({ protectedHeader, payload, signature }: CoseSign1, publicKey: KeyObject): void => {
  const header = readCbor(protectedHeader, 'its protected header');
  if (!(header instanceof Map) || header.size !== 1 || header.get(es384.header) !== es384.algorithm) {
    refuse('its signature algorithm is not ES384');
  }
  if (publicKey.asymmetricKeyDetails?.namedCurve !== es384.curve) refuse('its certificate has no P-384 key');
  const signed = signatureStructure(protectedHeader, payload);
  const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
  if (signature.length !== es384.signatureLength || !verify('sha384', signed, key, signature)) {
    refuse('its signature is not valid');
  }
};

/** What is signed: an array of a text and three byte strings, of which the external data is empty. RFC 9052 §4.4. */
const signatureStructure = (protectedHeader: Uint8Array, payload: Uint8Array): Buffer =>
  Buffer.concat([
    head(cborTypes.array, 4),
    head(cborTypes.text, 10),
    Buffer.from('Signature1'),
    ...[protectedHeader, new Uint8Array(), payload].flatMap((bytes) => [head(cborTypes.bytes, bytes.length), bytes]),
  ]);

/** Major types: RFC 8949 §3.1. */
const cborTypes = { bytes: 2, text: 3, array: 4 } as const;

/** The head of an item, its length in the fewest bytes: RFC 8949 §4.2.1. */
const head = (type: number, length: number): Buffer => {
  const major = type << 5;
  if (length < 24) return Buffer.of(major | length);
  if (length < 0x100) return Buffer.of(major | 24, length);
  if (length < 0x1_0000) return Buffer.of(major | 25, length >> 8, length & 0xff);
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8(major | 26);
  bytes.writeUInt32BE(length, 1);
  return bytes;
};
