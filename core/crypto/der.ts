/** The tags of ASN.1 which occur in our keys and signatures. X.690 §8.1.2. */
export const tags = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  sequence: 0x30,
} as const;

/** An element in pieces: secrets among them are copied once, by the caller's last `Buffer.concat`, and never here. */
export type Der = readonly Uint8Array[];

/**
 * Writes an element in DER: the length is definite and in the fewest bytes (X.690 §10.1).
 *
 * @throws {RangeError} on contents of 64 KiB or more, which no key of ours has
 */
export const der = (tag: number, ...contents: readonly (Uint8Array | Der)[]): Der => {
  const pieces = contents.flat();
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (length > 0xffff) throw new RangeError(`contents: expected at most 65535 bytes, got ${length}`);
  const inFull = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return [Buffer.of(tag, ...(length < 0x80 ? [length] : inFull)), ...pieces];
};

export interface DerElement {
  readonly tag: number;
  /** A view, not a copy. */
  readonly contents: Buffer;
}

/**
 * The elements that stand one after the other in `bytes`, up to its very end.
 *
 * @returns undefined if there is anything but DER: an indefinite or roundabout length, a tag of several bytes, an
 *   element cut short
 */
export const readElements = (bytes: Uint8Array): readonly DerElement[] | undefined => {
  const elements: DerElement[] = [];
  let rest = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  while (rest.length > 0) {
    const [tag = 0, lengthByte = 0x80] = rest;
    const head = 2 + (lengthByte > 0x80 ? lengthByte & 0x7f : 0);
    if ((tag & 0x1f) === 0x1f || lengthByte === 0x80 || head > 4 || rest.length < head) return undefined;
    const length = head === 2 ? lengthByte : rest.readUIntBE(2, head - 2);
    const fewest = [0, 0x80, 0x100][head - 2] ?? 0; // the least length that needs so many bytes
    if (length < fewest || rest.length < head + length) return undefined;
    elements.push({ tag, contents: rest.subarray(head, head + length) });
    rest = rest.subarray(head + length);
  }
  return elements;
};

/** The contents of the one element of this tag which `bytes` hold; undefined if they hold anything else. */
export const readElement = (bytes: Uint8Array, tag: number): Buffer | undefined => {
  const [only, ...more] = readElements(bytes) ?? [];
  return only?.tag === tag && more.length === 0 ? only.contents : undefined;
};

/**
 * Reads a SEQUENCE of fixed shape.
 *
 * @param shape the tags of its elements, in order
 * @returns the contents of the elements, as views; undefined if there is anything else, inside, before or after
 */
export const readSequence = <const Shape extends readonly number[]>(
  bytes: Uint8Array,
  shape: Shape,
): { readonly [Index in keyof Shape]: Buffer } | undefined => {
  const contents = readElement(bytes, tags.sequence);
  const elements = contents && readElements(contents);
  if (elements?.length !== shape.length || elements.some(({ tag }, i) => tag !== shape[i])) return undefined;
  const found: unknown = elements.map((element) => element.contents);
  return found as { readonly [Index in keyof Shape]: Buffer }; // as many as in the shape: compared above
};

/**
 * The contents of an INTEGER as an unsigned number, big-endian, in so many bytes.
 *
 * @returns fresh bytes; undefined for a negative number, one that is too long, and one not in the fewest bytes
 *   (X.690 §8.3.2)
 */
export const readUnsigned = (integer: Uint8Array, length: number): Buffer | undefined => {
  const [first = 0x80, second = 0x80] = integer;
  if (first >= 0x80 || (first === 0 && integer.length > 1 && second < 0x80)) return undefined;
  const digits = first === 0 ? integer.subarray(1) : integer;
  if (digits.length > length) return undefined;
  return Buffer.concat([Buffer.alloc(length - digits.length), digits]);
};
