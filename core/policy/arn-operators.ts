import type { Operator } from './operator.ts';
import { testOf, wildcards } from './template.ts';
import { anyRun, type Matcher, matcherOf, type Piece } from './wildcard.ts';

/** Source: IAM User Guide, "Condition operators", ARN condition operators. ArnEquals and ArnLike behave alike. */

/** The parts of an ARN; the sixth, the resource, may hold colons. */
const parts = 6;

/** Each of the six parts by itself: a wildcard does not cross a colon. `*` alone is every ARN. */
const arnMatcher = (pieces: readonly Piece[]): Matcher | undefined => {
  if (pieces.length === 1 && pieces[0] === anyRun) return (text) => splitArn(text) !== undefined;
  const patterns: Piece[][] = [[]];
  for (const piece of pieces) {
    const [first = '', ...others] = typeof piece === 'string' ? splitAtColons(piece, parts - patterns.length) : [];
    patterns.at(-1)?.push(typeof piece === 'string' ? first : piece);
    for (const other of others) patterns.push([other]);
  }
  if (patterns.length < parts) return undefined;
  const matchers = patterns.map(matcherOf);
  if (matchers[0]?.('arn') !== true) return undefined;
  return (text) => splitArn(text)?.every((part, i) => matchers[i]?.(part) === true) ?? false;
};

const splitArn = (text: string): readonly string[] | undefined => {
  const split = splitAtColons(text, parts - 1);
  return split.length === parts && split[0] === 'arn' ? split : undefined;
};

/** Splits at the first `most` colons. */
const splitAtColons = (text: string, most: number): string[] => {
  const split: string[] = [];
  let from = 0;
  for (let i = 0; i < most; i += 1) {
    const colon = text.indexOf(':', from);
    if (colon < 0) break;
    split.push(text.slice(from, colon));
    from = colon + 1;
  }
  return [...split, text.slice(from)];
};

const arn: Operator['value'] = (text, language) => testOf(text, language, wildcards, arnMatcher);

/** Whether an ARN agrees with a pattern without variables, as in the constraint of a grant. */
export const arnAgrees = (pattern: string, value: string): boolean => arnMatcher(wildcards(pattern))?.(value) ?? false;

export const arnOperators = {
  ArnEquals: { value: arn },
  ArnLike: { value: arn },
  ArnNotEquals: { value: arn, negated: true },
  ArnNotLike: { value: arn, negated: true },
} satisfies Record<string, Operator>;
