import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encryptionContextKeys, lookupIn } from '../../../core/policy/context.ts';

const name = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'A', 'b', 'k', '\u212a', '\u0130', 'i', '\u00c9', '\u00e9'), maxLength: 3 }),
  fc.constantFrom('__proto__', 'constructor', 'toString'),
);

it('finds a key in any spelling, the same at the first question and at the hundredth', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(name, fc.constantFrom('x', 'y')), { maxLength: 6 }),
      fc.array(name),
      (pairs, asked) => {
        const context = Object.fromEntries(pairs.map(([each, value]) => [`aws:${each}`, value]));
        const lookup = lookupIn({ context }, false);
        for (const each of asked.map((text) => `aws:${text}`.toLowerCase())) {
          const values = Object.entries(context).flatMap(([key, value]) => (key.toLowerCase() === each ? [value] : []));
          expect(lookup(each)).toEqual(values.length > 1 ? values : values[0]);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

it('hides the keys of kms:, and no others, where an alias is authorized', () => {
  const lookup = lookupIn({ context: { 'kms:KeySpec': 'RSA_2048', 'aws:username': 'alice' } }, true);
  expect([lookup('kms:keyspec'), lookup('aws:username')]).toEqual([undefined, 'alice']);
});

it('makes condition keys of the pairs of an encryption context, and none of an empty one', () => {
  expect(encryptionContextKeys({ Dept: 'it', b: '' })).toEqual({
    'kms:EncryptionContextKeys': ['Dept', 'b'],
    'kms:EncryptionContext:Dept': 'it',
    'kms:EncryptionContext:b': '',
  });
  expect(encryptionContextKeys({})).toEqual({});
  expect(encryptionContextKeys(undefined)).toEqual({});
});

it('reads the context when it is first asked, and not for the keys of kms: where there are none', () => {
  let reads = 0;
  const request = {
    context() {
      reads += 1;
      return { 'aws:username': 'alice', 'aws:userid': 'AIDA' };
    },
  };
  const lookup = lookupIn(request, true);
  expect(lookup('kms:keyspec')).toBeUndefined();
  expect(reads).toBe(0);
  expect(lookup('aws:username')).toBe('alice');
  expect(lookup('aws:userid')).toBe('AIDA');
  expect(reads).toBe(1);
});
