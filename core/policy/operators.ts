import { arnOperators } from './arn-operators.ts';
import { binaryOperators } from './binary-operator.ts';
import { boolOperators } from './bool-operator.ts';
import { dateOperators } from './date-operators.ts';
import { ipOperators } from './ip-operators.ts';
import { numericOperators } from './numeric-operators.ts';
import { stringOperators } from './string-operators.ts';
import type { Language, Test } from './template.ts';

/**
 * A condition operator: how it reads one value of a policy, and whether it asks for none of them. What set operators,
 * `IfExists`, missing keys and several values mean is the same for all, and stands in condition.ts.
 */
export interface Operator {
  /** True of a key that is missing, and of a value that agrees with none of the policy's. */
  readonly negated?: true;
  /** @returns `undefined` when the text is not of the operator's type */
  value(text: string, language: Language): Test | undefined;
}

const all: Readonly<Record<string, Operator>> = {
  ...stringOperators,
  ...numericOperators,
  ...dateOperators,
  ...boolOperators,
  ...binaryOperators,
  ...ipOperators,
  ...arnOperators,
};

const byFoldedName = new Map(Object.entries(all).map(([name, operator]) => [name.toLowerCase(), operator]));

/** In any case: AWS's own pages write `bool` too (inferred from them). `Null` is none of these, see condition.ts. */
export const operatorNamed = (name: string): Operator | undefined => byFoldedName.get(name.toLowerCase());

export const operatorNames: readonly string[] = [...Object.keys(all), 'Null'];
