import fc from 'fast-check';
import { expect, it } from 'vitest';
import { matcherOf, piecesOf } from '../../../core/policy/wildcard.ts';
import { anyText } from '../../any-text.ts';

/** The textbook's table: does `pattern` from i on match `text` from j on? */
const reference = (pattern: string, text: string): boolean => {
  let row = Array.from({ length: text.length + 1 }, (_, j) => j === text.length);
  for (let i = pattern.length - 1; i >= 0; i -= 1) {
    const next = row;
    row = new Array<boolean>(text.length + 1).fill(false);
    for (let j = text.length; j >= 0; j -= 1) {
      const one = j < text.length && next[j + 1] === true;
      if (pattern[i] === '*') row[j] = next[j] === true || (j < text.length && row[j + 1] === true);
      else row[j] = one && (pattern[i] === '?' || pattern[i] === text[j]);
    }
  }
  return row[0] === true;
};

const text = (max: number) => fc.string({ unit: fc.constantFrom('a', 'b', ':'), maxLength: max, size: 'max' });
const pattern = (max: number) =>
  fc.string({ unit: fc.constantFrom('a', 'b', 'a', 'b', ':', '*', '?'), maxLength: max, size: 'max' });

it('agrees with the reference on short patterns', () => {
  fc.assert(
    fc.property(pattern(12), text(16), (p, t) => {
      expect(matcherOf(piecesOf(p))(t)).toBe(reference(p, t));
    }),
    { numRuns: 5000 },
  );
});

it('agrees with the reference on patterns that were made from the text, with runs longer than a machine word', () => {
  const cuts = fc.array(fc.tuple(fc.nat(300), fc.nat(20), fc.constantFrom('*', '?', 'a', '')), { maxLength: 6 });
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'a', 'b'), maxLength: 300, size: 'max' }), cuts, (t, edits) => {
      const made = edits.reduce((p, [at, length, by]) => p.slice(0, at) + by + p.slice(at + length), t);
      for (const p of [made, `*${made}*`, `*${made.slice(5, -5)}*`]) {
        expect(matcherOf(piecesOf(p))(t), p).toBe(reference(p, t));
      }
    }),
    { numRuns: 300 },
  );
});

it('agrees with the reference on any text', () => {
  fc.assert(
    fc.property(anyText(), anyText(), anyText(), (a, b, t) => {
      for (const p of [`${a}*${b}`, a, t, `${t}*`, `*${t}?`]) expect(matcherOf(piecesOf(p))(t)).toBe(reference(p, t));
    }),
  );
});

it.each([
  ['a star after every letter', '*a'.repeat(8000), `${'a'.repeat(7999)}b`],
  ['one long run without end', `*${'a'.repeat(16_000)}b*`, 'a'.repeat(32_000)],
  ['one long run with holes', `*${'a?'.repeat(8000)}b*`, 'a'.repeat(32_000)],
  ['many runs with holes', `*${'?aaaaaaaaaaaaaaaaaaaaaaaaaaab*'.repeat(500)}`, 'a'.repeat(32_000)],
])('stays fast on a hostile pattern: %s', (_, p, t) => {
  const matches = matcherOf(piecesOf(p));
  const begin = process.cpuUsage();
  expect(matches(t)).toBe(false);
  // backtracking would take longer than the universe has; a place-by-place search, half a second and more
  expect(process.cpuUsage(begin).user).toBeLessThan(2e6);
});
