import { expect, it } from 'vitest';
import {
  blob,
  flag,
  integer,
  keyId,
  list,
  type Members,
  oneOf,
  optional,
  secret,
  structure,
  text,
  textMap,
} from '../../../core/model/shapes.ts';
import { violations } from '../../../core/model/violations.ts';

const failed = (rule: string) => `failed to satisfy constraint: Member must ${rule}`;
const one = (item: string) => `1 validation error detected: ${item}`;

it.each<[string, Members, Record<string, unknown>, string]>([
  ['a missing member', { KeyId: text({}) }, {}, `Value null at 'keyId' ${failed('not be null')}`],
  [
    'a short text',
    { Name: text({ min: 2 }) },
    { Name: 'a' },
    `Value 'a' at 'name' ${failed('have length greater than or equal to 2')}`,
  ],
  [
    'a long text',
    { Name: text({ max: 2 }) },
    { Name: 'abc' },
    `Value 'abc' at 'name' ${failed('have length less than or equal to 2')}`,
  ],
  [
    'a text against its pattern',
    { Name: text({ pattern: '[a-z]+' }) },
    { Name: 'a1' },
    `Value 'a1' at 'name' ${failed('satisfy regular expression pattern: [a-z]+')}`,
  ],
  [
    'a value outside an enum',
    { Kind: oneOf(['B', 'A']) },
    { Kind: 'a' },
    `Value 'a' at 'kind' ${failed('satisfy enum value set: [B, A]')}`,
  ],
  [
    'a missing secret, without a word of what was sent',
    { Message: secret(blob({ min: 1, max: 2 })) },
    {},
    `Value at 'message' ${failed('not be null')}`,
  ],
  [
    'a value outside an enum, by the values that AWS tells',
    { Kind: { ...oneOf(['B', 'A']), told: ['C', 'D'] } },
    { Kind: 'C' },
    `Value 'C' at 'kind' ${failed('satisfy enum value set: [C, D]')}`,
  ],
  [
    'a character beyond ASCII in the name of a key',
    { KeyId: keyId() },
    { KeyId: 'ä' },
    `Value 'ä' at 'keyId' ${failed('satisfy regular expression pattern: ^\\p{ASCII}+$')}`,
  ],
  [
    'a blob, without its bytes',
    { Plaintext: blob({ min: 1, max: 2 }) },
    { Plaintext: Buffer.from('abc') },
    `Value at 'plaintext' ${failed('have length less than or equal to 2')}`,
  ],
  [
    'an empty blob',
    { Plaintext: blob({ min: 1, max: 2 }) },
    { Plaintext: Buffer.alloc(0) },
    `Value at 'plaintext' ${failed('have length greater than or equal to 1')}`,
  ],
  [
    'a small number',
    { NumberOfBytes: integer({ min: 1, max: 1024 }) },
    { NumberOfBytes: 0 },
    `Value '0' at 'numberOfBytes' ${failed('have value greater than or equal to 1')}`,
  ],
  [
    'a large number',
    { NumberOfBytes: integer({ min: 1, max: 1024 }) },
    { NumberOfBytes: 1025 },
    `Value '1025' at 'numberOfBytes' ${failed('have value less than or equal to 1024')}`,
  ],
  [
    'a long list',
    { Tokens: list(text({}), { max: 1 }) },
    { Tokens: ['a', 'b'] },
    `Value '[a, b]' at 'tokens' ${failed('have length less than or equal to 1')}`,
  ],
  [
    'a value outside an enum in a list, by the whole list',
    { Operations: list(oneOf(['Encrypt', 'Decrypt'])) },
    { Operations: ['Encrypt', 'DECRYPT', 'decrypt'] },
    `Value '[Encrypt, DECRYPT, decrypt]' at 'operations' ${failed(
      'satisfy constraint: [Member must satisfy enum value set: [Encrypt, Decrypt]]',
    )}`,
  ],
  [
    'a bad text in a list, with all that each must be',
    { TagKeys: list(text({ min: 1, max: 3, pattern: '[a-z]+' })) },
    { TagKeys: ['a', ''] },
    `Value '[a, ]' at 'tagKeys' ${failed(
      'satisfy constraint: [Member must have length less than or equal to 3, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [a-z]+]',
    )}`,
  ],
  [
    'an element of a list of structures, counted from 1',
    { Tags: list(structure({ TagKey: text({}), TagValue: text({ max: 2 }) })) },
    {
      Tags: [
        { TagKey: 'a', TagValue: '' },
        { TagKey: 'b', TagValue: 'abc' },
      ],
    },
    `Value 'abc' at 'tags.2.member.tagValue' ${failed('have length less than or equal to 2')}`,
  ],
  [
    'a member missing inside a list',
    { Tags: list(structure({ TagKey: text({}) })) },
    { Tags: [{}] },
    `Value null at 'tags.1.member.tagKey' ${failed('not be null')}`,
  ],
  [
    'a secret, without its value',
    { KeyStorePassword: secret(text({ min: 7 })) },
    { KeyStorePassword: 'hunter2'.slice(1) },
    `Value at 'keyStorePassword' ${failed('have length greater than or equal to 7')}`,
  ],
])('words %s as AWS does', (_, members, input, item) => {
  expect(violations(members, input)).toBe(one(item));
});

it('finds nothing in what is within all bounds, at the bounds themselves', () => {
  const members = {
    Name: text({ min: 1, max: 3, pattern: '^[a-z]+$' }),
    Bytes: blob({ min: 1, max: 2 }),
    Count: integer({ min: 1, max: 2 }),
    Kind: oneOf(['A']),
    Flag: flag(),
    Context: textMap(),
    Tokens: list(text({ min: 1 }), { min: 0, max: 2 }),
    Extra: optional(text({ min: 1 })),
  };
  const low = { Name: 'a', Bytes: Buffer.alloc(1), Count: 1, Kind: 'A', Flag: false, Context: {}, Tokens: [] };
  const high = { ...low, Name: 'abc', Bytes: Buffer.alloc(2), Count: 2, Tokens: ['a', 'b'], Extra: 'x' };
  expect(violations(members, low)).toBeUndefined();
  expect(violations(members, high)).toBeUndefined();
});

it('tells several at once, in the order of the declaration', () => {
  const members = { B: text({}), A: integer({ min: 1, max: 2 }), Name: text({ min: 1, pattern: '^[a-z]+$' }) };
  expect(violations(members, { A: 0, Name: '' })).toBe(
    `4 validation errors detected: Value null at 'b' ${failed('not be null')}; Value '0' at 'a' ${failed(
      'have value greater than or equal to 1',
    )}; Value '' at 'name' ${failed('have length greater than or equal to 1')}; Value '' at 'name' ${failed(
      'satisfy regular expression pattern: ^[a-z]+$',
    )}`,
  );
});

it('tells ten at most', () => {
  const members = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`M${i}`, text({})]));
  const message = violations(members, {}) ?? '';
  expect(message).toMatch(/^10 validation errors detected: /);
  expect(message.split('; ')).toHaveLength(10);
});

it('lets a pattern count for the whole text, whether it is anchored or not', () => {
  const judged = (pattern: string, value: string) => violations({ Name: text({ pattern }) }, { Name: value });
  expect(judged('[a-z]+', 'abc')).toBeUndefined();
  expect(judged('[a-z]+', 'abc\n')).toBeDefined();
  expect(judged('^[a-z]+$', 'abc\n')).toBeDefined();
  expect(judged('a|b', 'ab')).toBeDefined();
});

it('counts lengths of texts in UTF-16 code units', () => {
  expect(violations({ Name: text({ max: 1 }) }, { Name: '\u{1F511}' })).toBeDefined();
  expect(violations({ Name: text({ max: 2 }) }, { Name: '\u{1F511}' })).toBeUndefined();
});
