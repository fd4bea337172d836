import { arnOperators } from './arn-operators.ts';
import { binaryOperators } from './binary-operator.ts';
import { boolOperators } from './bool-operator.ts';
import { dateOperators } from './date-operators.ts';
import { ipOperators } from './ip-operators.ts';
import { numericOperators } from './numeric-operators.ts';
import type { Operator } from './operator.ts';
import { stringOperators } from './string-operators.ts';

/** Every operator with its facts; a group of the IAM manual a file. */
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
