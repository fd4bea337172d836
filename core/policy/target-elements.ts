import { eitherOf, type Members, type PolicyKind, type Report } from './reading.ts';
import type { Statement } from './statement.ts';
import { foldedMatcher } from './string-operators.ts';
import { type Language, type Test, testOf, wildcards } from './template.ts';
import { matcherOf, piecesOf } from './wildcard.ts';

export const always = () => true;
export const never = () => false;

/** @returns `undefined` when a key policy leaves the element out */
export const compileActions = (
  members: Members,
  kind: PolicyKind,
  report: Report,
): Statement['coversAction'] | undefined => {
  const given = eitherOf(members, 'Action', kind, report);
  if (given === 'none') return undefined;
  if (given === undefined) return always;
  const { negated, texts, where } = given;
  const bad = texts.find((text) => text !== '*' && !/^[a-z0-9*?-]+:./is.test(text));
  if (bad !== undefined) {
    report(where, `has '${bad.slice(0, 256)}', which is not an action (service:Action)`);
    return always;
  }
  const matchers = texts.map((text) => foldedMatcher(piecesOf(text)));
  return (action) => matchers.some((matches) => matches(action)) !== negated;
};

/** @returns `undefined` when a key policy leaves the element out */
export const compileResources = (
  members: Members,
  kind: PolicyKind,
  language: Language,
  report: Report,
): Statement['coversResource'] | undefined => {
  const given = eitherOf(members, 'Resource', kind, report);
  if (given === 'none') return undefined;
  if (given === undefined) return always;
  const { negated, texts, where } = given;
  if (texts.includes('*')) return negated ? never : always;
  const tests: Test[] = [];
  for (const text of texts) {
    const test = text.startsWith('arn:') ? testOf(completed(text), language, wildcards, matcherOf) : undefined;
    if (test === undefined) {
      report(where, `has '${text.slice(0, 256)}', which is neither "*" nor an ARN`);
      return always;
    }
    tests.push(test);
  }
  return (resource, lookup) => {
    for (const test of tests) if (test(resource, lookup)) return !negated;
    return negated;
  };
};

/** An ARN with less than six parts stands for all that begin so. Source: IAM User Guide, Resource element. */
const completed = (arn: string): string => arn + ':*'.repeat(Math.max(0, 6 - arn.split(':').length));
