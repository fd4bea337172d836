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
