import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EncryptionContext, encodeEncryptionContext } from '../../../core/model/encryption-context.ts';
import { anyText } from '../../any-text.ts';

const hexOf = (context: EncryptionContext | undefined) => encodeEncryptionContext(context).toString('hex');

// Short texts of few letters, so that keys and values often meet; all of Unicode; and names with a meaning in JavaScript.
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', '\0', 'é', '\uff5e', '🔑'), maxLength: 3 }),
  anyText({ maxLength: 8 }),
  fc.constantFrom('', '__proto__', 'constructor', 'toString', '0', '10'),
);
const pairs = fc.uniqueArray(fc.tuple(text, text), { selector: ([key]) => key, maxLength: 5 });
const contextOf = (entries: readonly (readonly [string, string])[]): EncryptionContext => Object.fromEntries(entries);

describe('the encoding of an encryption context', () => {
  it('is the number of pairs, then each text behind its length', () => {
    expect(hexOf({})).toBe('00000000');
    expect(hexOf({ ab: 'c' })).toBe('00000001' + '000000026162' + '0000000163');
    expect(hexOf({ b: 'é', '': '' })).toBe('00000002' + '00000000' + '00000000' + '0000000162' + '00000002c3a9');
  });

  it('is the same for no context and for one without pairs', () => {
    expect(encodeEncryptionContext(undefined)).toEqual(encodeEncryptionContext({}));
  });

  it.each<[string, EncryptionContext, EncryptionContext]>([
    ['ab+c and a+bc', { ab: 'c' }, { a: 'bc' }],
    ['key and value swapped', { a: 'b' }, { b: 'a' }],
    ['one pair and two', { a: 'b' }, { a: 'b', c: 'd' }],
    ['values exchanged', { a: '1', b: '2' }, { a: '2', b: '1' }],
    ['no pairs and an empty one', {}, { '': '' }],
    ['lengths written into the text', { a: '', b: '' }, { a: '\0\0\0\x01b\0\0\0\0' }],
    ['composed and decomposed letters', { é: '' }, { 'e\u0301': '' }],
    ['upper and lower case', { A: '' }, { a: '' }],
    ['the key __proto__ and none', JSON.parse('{"__proto__":"x"}'), {}],
    ['other values of __proto__', JSON.parse('{"__proto__":"x"}'), JSON.parse('{"__proto__":"y"}')],
  ])('tells apart %s', (_, one, other) => {
    expect(hexOf(one)).not.toBe(hexOf(other));
  });

  it('is equal exactly where the pairs are', () => {
    const asSet = (entries: readonly (readonly [string, string])[]) =>
      JSON.stringify(entries.map((pair) => JSON.stringify(pair)).sort());
    fc.assert(
      fc.property(pairs, pairs, (one, other) => {
        expect(hexOf(contextOf(one)) === hexOf(contextOf(other))).toBe(asSet(one) === asSet(other));
      }),
      { numRuns: 2000 },
    );
  });

  it('reads back as the pairs it was made of, which no encoding that merges two could', () => {
    fc.assert(
      fc.property(pairs, (entries) => {
        expect(new Map(decode(encodeEncryptionContext(contextOf(entries))))).toEqual(new Map(entries));
      }),
      { numRuns: 1000 },
    );
  });

  it('does not depend on the order of the pairs, nor on the prototype of their holder', () => {
    const shuffled = pairs.chain((entries) =>
      fc.tuple(fc.constant(entries), fc.shuffledSubarray(entries, { minLength: entries.length })),
    );
    fc.assert(
      fc.property(shuffled, ([entries, others]) => {
        const bare: Record<string, string> = Object.create(null); // an object without a prototype, as parsers make them
        for (const [key, value] of others) bare[key] = value;
        expect(hexOf(contextOf(others))).toBe(hexOf(contextOf(entries)));
        expect(hexOf(bare)).toBe(hexOf(contextOf(entries)));
      }),
    );
  });

  it('sorts by UTF-8 bytes, where UTF-16 would put a surrogate pair before U+FF5E', () => {
    const keys = decode(encodeEncryptionContext({ '🔑': '', '\uff5e': '', z: '', é: '' })).map(([key]) => key);
    expect(keys).toEqual(['z', 'é', '\uff5e', '🔑']);
  });

  it.each([[{ '\ud800': 'a' }], [{ a: '\udc00' }], [{ a: 'x\ud83dx' }]])(
    'throws a RangeError on a lone surrogate',
    (context) => {
      const error = new RangeError('text: expected well-formed Unicode, got a lone surrogate');
      expect(() => encodeEncryptionContext(context)).toThrow(error);
    },
  );

  it('throws a RangeError on a value that is no text', () => {
    // @ts-expect-error numbers are no text
    expect(() => encodeEncryptionContext({ a: 1 })).toThrow(new RangeError('text: expected a string, got number'));
  });
});

/** Reads an encoding back, written from the decision record alone. */
const decode = (bytes: Buffer): [string, string][] => {
  let at = 4;
  const next = () => {
    const length = bytes.readUInt32BE(at);
    at += 4 + length;
    return bytes.toString('utf8', at - length, at);
  };
  const entries = Array.from({ length: bytes.readUInt32BE(0) }, (): [string, string] => [next(), next()]);
  expect(at).toBe(bytes.length);
  return entries;
};
