import type { Operator } from './operator.ts';

/** Source: IAM User Guide, "Condition operators", numeric condition operators. */

/** A decimal number of at most 15 digits, which a double holds apart from its neighbours; `undefined` for other texts. */
export const readNumber = (text: string): number | undefined =>
  text.length <= 17 && /^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(text) && text.replace(/\D/g, '').length <= 15
    ? Number(text)
    : undefined;

/** Makes the operators of a type whose values have an order. A value of the request that is not of the type is none of them. */
export const comparing =
  (read: (text: string) => number | undefined) =>
  (holds: (value: number, bound: number) => boolean): Operator['value'] =>
  (text) => {
    const bound = read(text);
    if (bound === undefined) return undefined;
    return (value) => {
      const number = read(value);
      return number !== undefined && holds(number, bound);
    };
  };

export const equal = (value: number, bound: number): boolean => value === bound;
export const less = (value: number, bound: number): boolean => value < bound;
export const lessOrEqual = (value: number, bound: number): boolean => value <= bound;
export const greater = (value: number, bound: number): boolean => value > bound;
export const greaterOrEqual = (value: number, bound: number): boolean => value >= bound;

const numeric = comparing(readNumber);

export const numericOperators = {
  NumericEquals: { value: numeric(equal) },
  NumericNotEquals: { value: numeric(equal), negated: true },
  NumericLessThan: { value: numeric(less) },
  NumericLessThanEquals: { value: numeric(lessOrEqual) },
  NumericGreaterThan: { value: numeric(greater) },
  NumericGreaterThanEquals: { value: numeric(greaterOrEqual) },
} satisfies Record<string, Operator>;
