import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../core/policy/evaluate.ts';
import { explain } from '../../../core/policy/explain.ts';
import { checkPolicy } from '../../../core/policy/policy.ts';
import { accessDeniedText } from '../../../core/policy/refusal.ts';
import { type Case, documentOf, policiesOf, requestOf, themes } from './cases.ts';

const runEvaluation = (given: Case) => {
  const request = requestOf(given);
  const policies = policiesOf(given);
  const decision = evaluate(request, policies);
  const { expect: wanted = given.refuse === undefined ? undefined : !given.refuse } = given;
  if (typeof wanted !== 'boolean') throw new Error('the case expects nothing');
  expect(decision).toMatchObject({ ...given.decision, allowed: wanted });
  if (given.text !== undefined) {
    if (decision.allowed) throw new Error('the case expects a text, but it is allowed');
    const text = accessDeniedText(request, decision);
    const whoAndWhat = /^User: \S+ is not authorized to perform: \S+ on resource: \S+ /;
    expect(given.text.startsWith('User:') ? text : text.replace(whoAndWhat, '')).toBe(given.text);
  }
  if (given.says !== undefined) expect(explain(request, policies, decision)).toEqual(given.says);
  if (given.explained !== undefined) {
    const explanation = explain(request, policies, decision).join('\n');
    for (const part of given.explained) expect(explanation).toContain(part);
  }
};

for (const [theme, groups] of themes()) {
  describe(theme, () => {
    for (const { about, cases } of groups) {
      describe(about, () => {
        it.each(cases.map((each) => [each.it, each] as const))('%s', (_, given) => {
          if (given.check === undefined) return runEvaluation(given);
          const { kind, policy, problems } = given.check;
          const found = checkPolicy(documentOf(policy), kind);
          expect(found.map(({ where, message }) => [where, message])).toEqual(problems);
        });
      });
    }
  });
}
