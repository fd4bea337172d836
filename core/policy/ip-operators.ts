import type { Operator } from './operator.ts';

/** Source: IAM User Guide, "Condition operators", IP address condition operators. Notation: RFC 4632, RFC 4291 §2.2. */

/** Eight words of 16 bits; IPv4 in its mapped form, ::ffff:a.b.c.d (RFC 4291 §2.5.5.2). */
type Address = readonly number[];

const mapped: Address = [0, 0, 0, 0, 0, 0xffff];

const isV4 = (address: Address): boolean => mapped.every((word, i) => word === address[i]);

/** @returns `undefined` for anything but an address: no zones, no leading zeros in IPv4, where they might mean octal */
export const readAddress = (text: string): Address | undefined => {
  if (text.length > 45) return undefined;
  if (!text.includes(':')) {
    const words = readV4(text);
    return words && [...mapped, ...words];
  }
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, i) => readWords(half, i === halves.length - 1));
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === 8 ? head : undefined;
  if (tail === undefined || head.length + tail.length > 7) return undefined;
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
};

/** @param mayEndInV4 whether the last two words may be written as IPv4 */
const readWords = (text: string, mayEndInV4: boolean): readonly number[] | undefined => {
  if (text === '') return [];
  const groups = text.split(':');
  const words: number[] = [];
  for (const [i, group] of groups.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(group)) {
      words.push(Number.parseInt(group, 16));
      continue;
    }
    const v4 = mayEndInV4 && i === groups.length - 1 ? readV4(group) : undefined;
    if (v4 === undefined) return undefined;
    words.push(...v4);
  }
  return words;
};

const readV4 = (text: string): readonly [number, number] | undefined => {
  const [, ...parts] = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text) ?? [];
  const [a, b, c, d] = parts.map(Number);
  if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined;
  if (parts.some((part) => Number(part) > 255 || (part.length > 1 && part.startsWith('0')))) return undefined;
  return [a * 256 + b, c * 256 + d];
};

interface Range {
  readonly address: Address;
  /** Of all 128 bits. */
  readonly bits: number;
}

const readRange = (text: string): Range | undefined => {
  const [first = '', length, ...more] = text.split('/');
  const address = readAddress(first);
  if (address === undefined || more.length > 0) return undefined;
  if (length === undefined) return { address, bits: 128 };
  const most = first.includes(':') ? 128 : 32;
  if (!/^(?:0|[1-9]\d{0,2})$/.test(length) || Number(length) > most) return undefined;
  return { address, bits: Number(length) + (128 - most) };
};

/** A range of IPv6 never holds IPv4 addresses, unless it is within the mapped ones. */
const isWithin = (address: Address, { address: start, bits }: Range): boolean => {
  if (isV4(address) && !(isV4(start) && bits >= 96)) return false;
  const whole = bits >> 4;
  for (let i = 0; i < whole; i += 1) if (address[i] !== start[i]) return false;
  const mask = (0xffff << (16 - (bits & 15))) & 0xffff;
  return (((address[whole] ?? 0) ^ (start[whole] ?? 0)) & mask) === 0;
};

const within: Operator['value'] = (text) => {
  const range = readRange(text);
  if (range === undefined) return undefined;
  return (value) => {
    const address = readAddress(value);
    return address !== undefined && isWithin(address, range);
  };
};

export const ipOperators = {
  IpAddress: { value: within },
  NotIpAddress: { value: within, negated: true },
} satisfies Record<string, Operator>;
