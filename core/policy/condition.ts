import { readBoolean } from './bool-operator.ts';
import { operatorNamed } from './operators.ts';
import type { ContextValue, Language, Lookup, Test } from './template.ts';

/** One key of one operator in a statement's Condition. */
export interface Condition {
  /** As the policy spells them. */
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
  holds(lookup: Lookup): boolean;
}

type Holds = Condition['holds'];
/** Whether a value of the request passes an operator, negation included. */
type Judge = (value: string, lookup: Lookup) => boolean;

/**
 * Compiles one key of one operator.
 *
 * @param values what stands behind the key, as parsed from JSON
 * @param unclear what holds when an operator without `ForAllValues:` or `ForAnyValue:` meets several values. AWS does
 *   not say; true in a Deny and false in an Allow is the choice that never lets anything through.
 * @returns the condition, or what is wrong with it, as a predicate
 */
export const compileCondition = (
  operator: string,
  key: string,
  values: unknown,
  language: Language,
  unclear: boolean,
): Condition | string => {
  if (!/^[a-z0-9-]+:./is.test(key)) return 'is not a condition key, which is named service:key';
  const texts = textsOf(values);
  if (texts === undefined) return 'must have a text, a number, a boolean or a list of these';
  const name = key.toLowerCase();
  const holds = /^null$/i.test(operator) ? compileNull(name, texts) : compile(operator, name, texts, language, unclear);
  return typeof holds === 'string' ? holds : { operator, key, values: texts, holds };
};

const textsOf = (values: unknown): readonly string[] | undefined => {
  const list: readonly unknown[] = Array.isArray(values) ? values : [values];
  const texts = list.map((value) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined,
  );
  return texts.every((text) => text !== undefined) ? texts : undefined;
};

/** `Null`: true asks for a key that is absent, false for one that is present and not empty. */
const compileNull = (name: string, texts: readonly string[]): Holds | string => {
  const wanted = texts.map(readBoolean);
  if (wanted.includes(undefined)) return 'takes only "true" and "false"';
  return (lookup) => wanted.includes(isEmpty(lookup(name)));
};

const operatorPattern = /^(?:(ForAllValues|ForAnyValue):)?([a-z]+?)(IfExists)?$/i;

const compile = (
  text: string,
  name: string,
  texts: readonly string[],
  language: Language,
  unclear: boolean,
): Holds | string => {
  const [, quantifier, base = '', ifExists] = operatorPattern.exec(text) ?? [];
  const operator = operatorNamed(base);
  if (operator === undefined) return `stands under '${text.slice(0, 64)}', which is no condition operator`;
  const tests = texts.map((value) => operator.value(value, language));
  const bad = tests.indexOf(undefined);
  if (bad >= 0) return `cannot have the value '${texts[bad]?.slice(0, 256)}'`;
  const judge = judgeOf(
    tests.filter((test) => test !== undefined),
    operator.negated ?? false,
  );
  const whenAbsent = ifExists !== undefined;
  if (quantifier === undefined) return plain(name, judge, whenAbsent || (operator.negated ?? false), unclear);
  return /^ForAllValues$/i.test(quantifier) ? forAll(name, judge) : forAny(name, judge, whenAbsent);
};

/** Values of the policy are alternatives; a negated operator asks for none of them. */
const judgeOf = (tests: readonly Test[], negated: boolean): Judge => {
  const [first, ...others] = tests;
  if (first !== undefined && others.length === 0) return (value, lookup) => first(value, lookup) !== negated;
  return (value, lookup) => {
    for (const test of tests) if (test(value, lookup)) return !negated;
    return negated;
  };
};

const plain =
  (name: string, judge: Judge, whenAbsent: boolean, unclear: boolean): Holds =>
  (lookup) => {
    const value = lookup(name);
    if (value === undefined) return whenAbsent;
    if (typeof value !== 'object') return judge(textOf(value), lookup);
    const [first, ...others] = value;
    if (first === undefined) return whenAbsent;
    return others.length === 0 ? judge(first, lookup) : unclear;
  };

/** True also without any value: the trap that KMS warns of. */
const forAll =
  (name: string, judge: Judge): Holds =>
  (lookup) => {
    const value = lookup(name);
    if (isEmpty(value)) return true;
    return typeof value === 'object' ? value.every((each) => judge(each, lookup)) : judge(textOf(value), lookup);
  };

const forAny =
  (name: string, judge: Judge, ifExists: boolean): Holds =>
  (lookup) => {
    const value = lookup(name);
    if (isEmpty(value)) return ifExists;
    return typeof value === 'object' ? value.some((each) => judge(each, lookup)) : judge(textOf(value), lookup);
  };

/** Absent, a list of none, or the empty text: IAM's "null". */
const isEmpty = (value: ContextValue | undefined): value is undefined | '' | readonly [] =>
  value === undefined || value === '' || (typeof value === 'object' && value.length === 0);

const textOf = (value: string | number | boolean): string => (typeof value === 'string' ? value : String(value));
