/**
 * Patterns with `*` (any run of characters, also none) and `?` (exactly one; a UTF-16 unit).
 * A match takes at most text × (pattern / 32 + 32) steps, whatever the pattern: nothing here backtracks.
 * Source: IAM User Guide, "IAM JSON policy elements: Resource", wildcards in ARNs.
 */

export const anyRun = Symbol('*');
export const anyOne = Symbol('?');

/** What a pattern is made of; in its literal pieces `*` and `?` stand for themselves. */
export type Piece = string | typeof anyRun | typeof anyOne;

export type Matcher = (text: string) => boolean;

/** Splits a text at its wildcards. */
export const piecesOf = (pattern: string): Piece[] => {
  const pieces: Piece[] = [];
  for (const part of pattern.split(/([*?])/)) {
    if (part === '*') pieces.push(anyRun);
    else if (part === '?') pieces.push(anyOne);
    else if (part !== '') pieces.push(part);
  }
  return pieces;
};

/** Compiles a pattern: texts without wildcards are compared, others are searched for run by run between the stars. */
export const matcherOf = (pieces: readonly Piece[]): Matcher => {
  if (pieces.every((piece) => typeof piece === 'string')) {
    const literal = pieces.join('');
    return (text) => text === literal;
  }
  const [first = newRun([]), ...others] = runsOf(pieces);
  const last = others.pop();
  if (last === undefined) return (text) => text.length === first.length && first.isAt(text, 0);
  return (text) => {
    const end = text.length - last.length;
    if (end < first.length || !first.isAt(text, 0) || !last.isAt(text, end)) return false;
    let from = first.length;
    for (const run of others) {
      const at = run.find(text, from); // the leftmost will do: it leaves the most to those that follow
      if (at < 0) return false;
      from = at + run.length;
    }
    return from <= end;
  };
};

/** A stretch of a pattern without stars. */
interface Run {
  readonly length: number;
  isAt(text: string, position: number): boolean;
  /** The first position from `from` on, or -1. */
  find(text: string, from: number): number;
}

const runsOf = (pieces: readonly Piece[]): readonly Run[] => {
  const runs: Piece[][] = [[]];
  for (const piece of pieces) {
    if (piece === anyRun) runs.push([]);
    else runs.at(-1)?.push(piece);
  }
  const [first = [], ...rest] = runs;
  const last = rest.pop();
  const middle = rest.filter((run) => run.length > 0); // `**` is `*`
  return [first, ...middle, ...(last ? [last] : [])].map(newRun);
};

/** Runs up to this long are compared place by place; longer ones would make that a product of two lengths. */
const short = 32;

const newRun = (pieces: readonly Piece[]): Run => {
  if (pieces.every((piece) => typeof piece === 'string')) {
    const literal = pieces.join('');
    const find = literal.length > short ? findByBits(unitsOf(pieces)) : undefined;
    return {
      length: literal.length,
      isAt: (text, position) => text.startsWith(literal, position),
      find: find ?? ((text, from) => text.indexOf(literal, from)),
    };
  }
  const units = unitsOf(pieces);
  const isAt = (text: string, position: number) =>
    units.every((unit, i) => unit === hole || unit === text.charCodeAt(position + i));
  const findByPlace = (text: string, from: number) => {
    for (let at = from; at + units.length <= text.length; at += 1) if (isAt(text, at)) return at;
    return -1;
  };
  return { length: units.length, isAt, find: units.length > short ? findByBits(units) : findByPlace };
};

const hole = -1;

const unitsOf = (pieces: readonly Piece[]): readonly number[] =>
  pieces.flatMap((piece) =>
    typeof piece === 'string' ? Array.from({ length: piece.length }, (_, i) => piece.charCodeAt(i)) : [hole],
  );

/**
 * Searches for all places at once, a bit for each unit of the run that the text agrees with so far, 32 to a word.
 * Source: R. Baeza-Yates, G. Gonnet, A new approach to text searching, CACM 35(10), 1992 (Shift-And).
 */
const findByBits = (units: readonly number[]): Run['find'] => {
  const words = Math.ceil(units.length / 32);
  const holes = new Uint32Array(words);
  const bits = new Map<number, Uint32Array>();
  units.forEach((unit, i) => {
    if (unit === hole) setBit(holes, i);
  });
  units.forEach((unit, i) => {
    if (unit === hole) return;
    const words = bits.get(unit) ?? holes.slice(); // a hole agrees with every unit
    setBit(words, i);
    bits.set(unit, words);
  });
  const last = units.length - 1;
  return (text, from) => {
    const state = new Uint32Array(words);
    for (let at = from; at < text.length; at += 1) {
      const allowed = bits.get(text.charCodeAt(at)) ?? holes;
      let carry = 1;
      for (let w = 0; w < words; w += 1) {
        const word = state[w] ?? 0;
        state[w] = ((word << 1) | carry) & (allowed[w] ?? 0);
        carry = word >>> 31;
      }
      if (((state[last >>> 5] ?? 0) >>> (last & 31)) & 1) return at - last;
    }
    return -1;
  };
};

const setBit = (words: Uint32Array, i: number): void => {
  words[i >>> 5] = (words[i >>> 5] ?? 0) | (1 << (i & 31));
};
