import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { der, readElement, readElements, readSequence, readUnsigned, tags } from '../../../core/crypto/der.ts';
import { hex } from '../../vectors.ts';

const bytes = (...pieces: Parameters<typeof der>) => Buffer.concat(der(...pieces));

describe('der', () => {
  it.each([
    [0, '0400'],
    [1, '0401'],
    [127, '047f'],
    [128, '048180'],
    [255, '0481ff'],
    [256, '04820100'],
    [65535, '0482ffff'],
  ])('writes a length of %i in the fewest bytes', (length, head) => {
    const written = bytes(tags.octetString, Buffer.alloc(length));
    expect(written.subarray(0, -length || undefined).toString('hex')).toBe(head);
    expect(readElement(written, tags.octetString)).toHaveLength(length);
  });

  it('refuses longer contents with a RangeError', () => {
    const message = 'contents: expected at most 65535 bytes, got 65536';
    expect(() => der(tags.octetString, Buffer.alloc(65536))).toThrow(new RangeError(message));
  });

  it('copies nothing: its pieces are those it was given', () => {
    const secret = Buffer.from('secret');
    expect(der(tags.sequence, der(tags.octetString, secret)).at(-1)).toBe(secret);
  });
});

describe('readElements', () => {
  it('reads what der writes, one after the other', () => {
    const element = fc.record({
      tag: fc.constantFrom(2, 4, 0x30, 0xa0),
      contents: fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array)),
    });
    fc.assert(
      fc.property(fc.array(element), (elements) => {
        const written = Buffer.concat(elements.flatMap(({ tag, contents }) => der(tag, contents)));
        expect(readElements(written)).toEqual(elements);
      }),
    );
  });

  it('reads a view into other bytes', () => {
    const within = Buffer.concat([Buffer.alloc(5), bytes(tags.octetString, Buffer.of(7))]).subarray(5);
    expect(readElement(new Uint8Array(within.buffer, within.byteOffset, 3), tags.octetString)).toEqual(Buffer.of(7));
  });

  it.each([
    ['a tag alone', '04'],
    ['an element cut short', '040201'],
    ['a head cut short', '0482'],
    ['a head cut short by a byte', '048201'],
    ['an indefinite length', '04800000'],
    ['a length in more bytes than it needs', '04810100'],
    ['a length with a leading zero', `04820080${'00'.repeat(128)}`],
    ['a length of three bytes', `0483010000${'00'.repeat(65536)}`],
    ['a length of 127 bytes', '04ff'],
    ['a tag of several bytes', '1f0100'],
    ['an indefinite length, taken for 128', `0480${'00'.repeat(128)}`],
    ['a byte too many', '04010000'],
  ])('refuses %s', (_, text) => {
    expect(readElements(hex(text))).toBeUndefined();
  });

  it('survives any bytes whatever', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (any) => {
        const elements = readElements(any);
        const again = elements && Buffer.concat(elements.flatMap(({ tag, contents }) => der(tag, contents)));
        expect(again ?? Buffer.from(any)).toEqual(Buffer.from(any)); // one encoding for one meaning
      }),
      { numRuns: 1000 },
    );
  });
});

describe('readElement and readSequence', () => {
  const written = bytes(tags.sequence, der(tags.integer, Buffer.of(5)), der(tags.octetString, Buffer.of(1, 2)));

  it('give the contents of what was asked for', () => {
    expect(readElement(written, tags.sequence)).toEqual(written.subarray(2));
    const [number, octets] = readSequence(written, [tags.integer, tags.octetString]) ?? [];
    expect([number, octets]).toEqual([Buffer.of(5), Buffer.of(1, 2)]);
  });

  it('refuse another tag, order or number of elements, and bytes after the end', () => {
    expect(readElement(written, tags.octetString)).toBeUndefined();
    expect(readElement(Buffer.alloc(0), tags.sequence)).toBeUndefined();
    expect(readSequence(written, [tags.octetString, tags.integer])).toBeUndefined();
    expect(readSequence(written, [tags.integer])).toBeUndefined();
    expect(readSequence(written, [tags.integer, tags.octetString, tags.integer])).toBeUndefined();
    const longer = Buffer.concat([written, Buffer.of(4, 0)]);
    expect(readElement(longer, tags.sequence)).toBeUndefined();
    expect(readSequence(longer, [tags.integer, tags.octetString])).toBeUndefined();
    expect(
      readSequence(bytes(tags.octetString, written.subarray(2)), [tags.integer, tags.octetString]),
    ).toBeUndefined();
  });
});

describe('readUnsigned', () => {
  it.each([
    ['00', 2, '0000'],
    ['01', 2, '0001'],
    ['7f', 1, '7f'],
    ['0080', 1, '80'],
    ['00ffff', 2, 'ffff'],
    ['7fff', 3, '007fff'],
  ])('reads %s into %i bytes', (integer, length, number) => {
    expect(readUnsigned(hex(integer), length)?.toString('hex')).toBe(number);
  });

  it.each([
    ['no bytes', '', 1],
    ['a negative number', '80', 1],
    ['a needless zero', '0001', 2],
    ['a needless zero before zero', '0000', 2],
    ['a number that is too long', '0100', 1],
    ['a number that is too long with its sign', '00ffff', 1],
  ])('refuses %s', (_, integer, length) => {
    expect(readUnsigned(hex(integer), length)).toBeUndefined();
  });
});
