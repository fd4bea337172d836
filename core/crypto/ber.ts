import { type Der, der, tags } from './der.ts';

const constructed = 0x20;
const constructedOctetString = tags.octetString | constructed;

/** No key of ours is as long, or nests as deep. */
const mostBytes = 0xffff;
const mostLevels = 16;

interface BerElement {
  readonly tag: number;
  readonly contents: Der;
  /** Where the next one begins. */
  readonly end: number;
}

/**
 * One element in BER, written anew in DER as far as its lengths go: definite, in the fewest bytes, and octet strings in one
 * piece. What is inside of a primitive element stays as it is.
 * Source: X.690 §8.1 and §8.7, §10.1 and §10.2.
 *
 * @param bytes from anywhere; not modified
 * @returns fresh bytes, which the caller owns and wipes; undefined for anything else, or with anything after it
 */
export const derOfBer = (bytes: Uint8Array): Buffer | undefined => {
  if (bytes.length > mostBytes) return undefined;
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const element = readBer(whole, 0, 1);
  return element?.end === whole.length ? Buffer.concat(der(element.tag, element.contents)) : undefined;
};

/** @param bytes up to where the element may reach */
const readBer = (bytes: Buffer, at: number, level: number): BerElement | undefined => {
  const [tag = 0x1f, lengthByte = 0xff] = bytes.subarray(at, at + 2);
  const lengthBytes = lengthByte > 0x80 ? lengthByte & 0x7f : 0;
  const start = at + 2 + lengthBytes;
  if ((tag & 0x1f) === 0x1f || lengthBytes > 4 || start > bytes.length || level > mostLevels) return undefined;
  if (lengthByte === 0x80) return (tag & constructed) === 0 ? undefined : readParts(bytes, tag, start, level, false);

  const end = start + (lengthBytes === 0 ? lengthByte : bytes.readUIntBE(at + 2, lengthBytes));
  if (end > bytes.length) return undefined;
  if ((tag & constructed) !== 0) return readParts(bytes.subarray(0, end), tag, start, level, true);
  return { tag, contents: [bytes.subarray(start, end)], end };
};

/** @param definite whether the parts end with the bytes, or by two zero bytes */
const readParts = (
  bytes: Buffer,
  tag: number,
  start: number,
  level: number,
  definite: boolean,
): BerElement | undefined => {
  const parts: BerElement[] = [];
  let at = start;
  while (definite ? at < bytes.length : bytes[at] !== 0 || bytes[at + 1] !== 0) {
    const part = readBer(bytes, at, level + 1);
    if (part === undefined) return undefined;
    parts.push(part);
    at = part.end;
  }
  const end = definite ? at : at + 2;
  if (tag !== constructedOctetString)
    return { tag, contents: parts.flatMap((part) => der(part.tag, part.contents)), end };
  if (parts.some((part) => part.tag !== tags.octetString)) return undefined;
  return { tag: tags.octetString, contents: parts.flatMap(({ contents }) => contents), end };
};
