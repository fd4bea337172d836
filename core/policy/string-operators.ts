import type { Operator } from './operator.ts';
import { literal, testOf, wildcards } from './template.ts';
import { type Matcher, matcherOf, type Piece } from './wildcard.ts';

/** Source: IAM User Guide, "Condition operators", string condition operators. */

const exactly: Operator['value'] = (text, language) => testOf(text, language, literal, matcherOf);

const ignoringCase: Operator['value'] = (text, language) => testOf(text, language, literal, foldedMatcher);

const like: Operator['value'] = (text, language) => testOf(text, language, wildcards, matcherOf);

/** A pattern that does not tell upper from lower case. */
export const foldedMatcher = (pieces: readonly Piece[]): Matcher => {
  const matches = matcherOf(pieces.map((piece) => (typeof piece === 'string' ? piece.toLowerCase() : piece)));
  return (text) => matches(text.toLowerCase());
};

export const stringOperators = {
  StringEquals: { value: exactly },
  StringNotEquals: { value: exactly, negated: true },
  StringEqualsIgnoreCase: { value: ignoringCase },
  StringNotEqualsIgnoreCase: { value: ignoringCase, negated: true },
  StringLike: { value: like },
  StringNotLike: { value: like, negated: true },
} satisfies Record<string, Operator>;
