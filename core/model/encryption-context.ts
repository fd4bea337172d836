import { lengthPrefixed, u32, utf8 } from './length-prefixed.ts';

/** Pairs which are authenticated with a ciphertext, but not stored in it. Not secret. */
export type EncryptionContext = Readonly<Record<string, string>>;

/**
 * The one canonical form of an encryption context: number of pairs, then the pairs, sorted by the UTF-8 bytes of
 * their keys, each as key and value with their lengths before them; all numbers unsigned 32-bit, big-endian.
 * Two contexts encode alike exactly if they hold the same pairs; the order in which they were given never counts.
 *
 * @param context undefined is the same as no pairs
 * @throws {RangeError} on text with a lone surrogate, which validation refuses before
 */
export const encodeEncryptionContext = (context: EncryptionContext | undefined): Buffer => {
  if (context === undefined) return u32(0);
  const pairs = Object.entries(context)
    .map(([key, value]) => ({ key: utf8(key), encoded: Buffer.concat([lengthPrefixed(key), lengthPrefixed(value)]) }))
    .sort((a, b) => Buffer.compare(a.key, b.key)); // not by UTF-16 units, as `<` on strings would
  return Buffer.concat([u32(pairs.length), ...pairs.map(({ encoded }) => encoded)]);
};
