import type { Operator } from './operator.ts';

/** `true` and `false`, in any case. */
export const readBoolean = (text: string): boolean | undefined => {
  if (/^true$/i.test(text)) return true;
  return /^false$/i.test(text) ? false : undefined;
};

/** Source: IAM User Guide, "Condition operators", Boolean condition operators. */
const truth: Operator['value'] = (text) => {
  const wanted = readBoolean(text);
  return wanted === undefined ? undefined : (value) => readBoolean(value) === wanted;
};

export const boolOperators = { Bool: { value: truth } } satisfies Record<string, Operator>;
