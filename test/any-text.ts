import fc, { type StringConstraints } from 'fast-check';

const firstSurrogate = 0xd800;
const surrogates = 0x800;

/** Any code point but halves of pairs. */
const codePoint = fc.nat(0x10ffff - surrogates).map(
  (place) => String.fromCodePoint(place < firstSurrogate ? place : place + surrogates),
  (value) => {
    const point = typeof value === 'string' ? value.codePointAt(0) : undefined;
    if (point === undefined || String.fromCodePoint(point) !== value) throw new TypeError('expected a code point');
    return point < firstSurrogate ? point : point - surrogates;
  },
);

/** Text of any characters: like fast-check's unit `binary`, for which it makes a list of a million at each use. */
export const anyText = (constraints: Omit<StringConstraints, 'unit'> = {}) =>
  fc.string({ ...constraints, unit: codePoint });
