import { readElement, readElements, tags } from './der.ts';

/** The parts of a private key's file, as views. */
export interface PrivateKeyInfo {
  /** What is inside of the AlgorithmIdentifier. */
  readonly algorithm: Buffer;
  readonly privateKey: Buffer;
}

// The members that may follow; what they say of a key is not needed. RFC 5958 §2: attributes, publicKey.
const optional: readonly number[] = [0xa0, 0x81];

/**
 * Takes a private key's file apart.
 * Source: RFC 5958 §2, of which RFC 5208 §5 (PKCS#8) is version 0.
 *
 * @returns undefined for anything but DER of that shape, with nothing after it
 */
export const readPrivateKeyInfo = (bytes: Uint8Array): PrivateKeyInfo | undefined => {
  const contents = readElement(bytes, tags.sequence);
  const [version, algorithm, privateKey, ...more] = (contents && readElements(contents)) ?? [];
  if (version?.tag !== tags.integer || version.contents.length !== 1 || (version.contents[0] ?? 2) > 1)
    return undefined;
  if (algorithm?.tag !== tags.sequence || privateKey?.tag !== tags.octetString) return undefined;
  const places = more.map(({ tag }) => optional.indexOf(tag));
  if (places.some((place, i) => place <= (places[i - 1] ?? -1))) return undefined;
  return { algorithm: algorithm.contents, privateKey: privateKey.contents };
};
