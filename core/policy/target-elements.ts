import { eitherOf, type Members, type PolicyKind, type Report } from './reading.ts';
import type { Statement } from './statement.ts';
import { foldedMatcher } from './string-operators.ts';
import { type Language, type Test, testOf, wildcards } from './template.ts';
import { matcherOf, piecesOf } from './wildcard.ts';

export const always = () => true;
const never = () => false;

export const compileActions = (members: Members, kind: PolicyKind, report: Report): Statement['coversAction'] => {
  const given = eitherOf(members, 'Action', kind, report);
  if (given === 'none') return never;
  if (given === undefined) return always;
  const { negated, texts, where } = given;
  const bad = texts.find((text) => text !== '*' && !/^[a-z0-9*?-]+:./is.test(text));
  if (bad !== undefined) {
    report(where, `'${bad}' is not an action, which is named service:Action`);
    return always;
  }
  const matchers = texts.map((text) => foldedMatcher(piecesOf(text)));
  return (action) => matchers.some((matches) => matches(action)) !== negated;
};

export const compileResources = (
  members: Members,
  kind: PolicyKind,
  language: Language,
  report: Report,
): Statement['coversResource'] => {
  const given = eitherOf(members, 'Resource', kind, report);
  if (given === 'none') return never;
  if (given === undefined) return always;
  const { negated, texts, where } = given;
  if (texts.includes('*')) return negated ? never : always;
  const tests: Test[] = [];
  for (const text of texts) {
    const test = text.startsWith('arn:') ? testOf(completed(text), language, wildcards, matcherOf) : undefined;
    if (test === undefined) {
      report(where, `'${text}' is neither "*" nor an ARN`);
      return always;
    }
    tests.push(test);
  }
  return (resource, lookup) => tests.some((test) => test(resource, lookup)) !== negated;
};

/** An ARN with less than six parts stands for all that begin so. Source: IAM User Guide, Resource element. */
const completed = (arn: string): string => arn + ':*'.repeat(Math.max(0, 6 - arn.split(':').length));
