import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derOfBer } from '../../../core/crypto/ber.ts';
import { hex } from '../../vectors.ts';

/** An element in the two encodings: DER, and one of those that BER has for it. */
interface Both {
  readonly der: Buffer;
  readonly ber: Buffer;
}

const shortest = (length: number): number[] =>
  length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
const roundabout = (length: number): number[] => [0x84, 0, 0, length >> 8, length & 0xff];
const element = (tag: number, length: number[], contents: Buffer) =>
  Buffer.concat([Buffer.of(tag, ...length), contents]);
const indefinite = (tag: number, contents: Buffer) => Buffer.concat([Buffer.of(tag, 0x80), contents, Buffer.of(0, 0)]);

const { tree } = fc.letrec<{ tree: Both }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    fc
      .tuple(fc.constantFrom(0x02, 0x04, 0x06, 0x81), fc.uint8Array({ maxLength: 300 }), fc.boolean())
      .map(([tag, bytes, short]) => {
        const contents = Buffer.from(bytes);
        const der = element(tag, shortest(contents.length), contents);
        return { der, ber: short ? der : element(tag, roundabout(contents.length), contents) };
      }),
    // an octet string in pieces
    fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 }).map((parts) => {
      const contents = Buffer.concat(parts);
      const pieces = Buffer.concat(parts.map((part) => element(0x04, shortest(part.length), Buffer.from(part))));
      return { der: element(0x04, shortest(contents.length), contents), ber: indefinite(0x24, pieces) };
    }),
    fc
      .tuple(fc.constantFrom(0x30, 0xa0), fc.array(tie('tree'), { maxLength: 4 }), fc.integer({ min: 0, max: 2 }))
      .map(([tag, parts, form]) => {
        const der = Buffer.concat(parts.map((part) => part.der));
        const ber = Buffer.concat(parts.map((part) => part.ber));
        const forms = [
          indefinite(tag, ber),
          element(tag, roundabout(ber.length), ber),
          element(tag, shortest(ber.length), ber),
        ];
        return { der: element(tag, shortest(der.length), der), ber: forms[form] ?? ber };
      }),
  ),
}));

describe('what is in BER', () => {
  it('is written anew in DER', () => {
    fc.assert(
      fc.property(tree, ({ der, ber }) => derOfBer(ber)?.equals(der) === true),
      { numRuns: 500 },
    );
  });

  it('stays as it is when it is in DER', () => {
    fc.assert(fc.property(tree, ({ der }) => derOfBer(der)?.equals(der) === true));
  });

  it('is a copy', () => {
    const bytes = Buffer.from('0203010203', 'hex');
    derOfBer(bytes)?.fill(0);
    expect(bytes.toString('hex')).toBe('0203010203');
  });

  it.each([
    ['nothing', ''],
    ['a tag alone', '30'],
    ['a tag of several bytes', '1f8100'],
    ['a primitive element of indefinite length', '04800000'],
    ['an indefinite length without an end', '3080020101'],
    ['half an end', '308002010100'],
    ['a length of more than four bytes', '30850000000000'],
    ['a length cut short', '3082'],
    ['an element cut short', '300402010'],
    ['a part that is longer than what it is in', '3003020201020000'],
    ['something behind it', '02010100'],
    ['an octet string made of something else', '2480020101' + '0000'],
    ['more levels than any key has', '3080'.repeat(17) + '0000'.repeat(17)],
  ])('is refused with %s', (_, bytes) => {
    expect(derOfBer(hex(bytes))).toBeUndefined();
  });

  it('is refused when it is longer than any key', () => {
    expect(derOfBer(Buffer.alloc(65_536))).toBeUndefined();
  });

  it('never throws, whatever it is', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => derOfBer(bytes) !== null));
    const nearly = tree.chain(({ ber }) =>
      fc.tuple(fc.nat(ber.length - 1), fc.nat(255)).map(([at, byte]) => {
        const changed = Buffer.from(ber);
        changed[at] = byte;
        return changed;
      }),
    );
    fc.assert(
      fc.property(nearly, (bytes) => derOfBer(bytes) !== null),
      { numRuns: 1000 },
    );
  });
});
