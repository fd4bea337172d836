import { KmsError } from '../../core/model/errors.ts';
import type { Shape } from '../../core/model/shapes.ts';
import { violations } from '../../core/model/violations.ts';
import type { Operation } from '../../lambdas/operation.ts';
import { broken, type Check, type Path } from '../check.ts';

/** Checks made from the declarations of operations: a seed may say what a call may say. */

export const memberOf = ({ name, input }: Operation, member: string): Shape => {
  const shape = input[member];
  if (shape === undefined) throw new Error(`${name} has no member ${member}`);
  return shape;
};

/** A text within the bounds of a member. */
export const textWithin =
  (shape: Shape): Check<string> =>
  (value, path) => {
    if (typeof value !== 'string') return broken(path, 'must be a text, in quotes');
    return checkBounds(shape, value, path) ?? value;
  };

export const integerWithin =
  (shape: Shape): Check<number> =>
  (value, path) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return broken(path, 'must be a whole number');
    return checkBounds(shape, value, path) ?? value;
  };

export const oneOf =
  <T extends string>(names: readonly T[]): Check<T> =>
  (value, path) =>
    names.find((name) => name === value) ?? broken(path, `must be one of ${names.join(', ')}`);

/** The message without the value, which could be long, or a secret in the wrong place. */
const checkBounds = (shape: Shape, value: unknown, path: Path): undefined => {
  const message = violations({ value: shape }, { value });
  const rule = 'Member must';
  if (message !== undefined) broken(path, message.slice(message.lastIndexOf(rule) + 'Member '.length));
};

/** Runs a check of the operations; what it refuses is a fault of this place. */
export const checkAs = <T>(path: Path, check: () => T): T => {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof KmsError)) throw error;
    return broken(path, `is refused: ${error.message || error.name}`);
  }
};
