import { type Condition, compileCondition } from './condition.ts';
import type { PolicyKind, Report } from './reading.ts';
import type { Language } from './template.ts';

export const compileConditions = (
  element: unknown,
  kind: PolicyKind,
  language: Language,
  deny: boolean,
  report: Report,
): readonly Condition[] => {
  const conditions: Condition[] = [];
  for (const [operator, keys] of pairsOf(element, '.Condition', report)) {
    const where = `.Condition.${operator.slice(0, 64)}`;
    for (const [key, values] of pairsOf(keys, where, report)) {
      const condition = compileCondition(operator, key, values, language, deny);
      if (typeof condition === 'string') report(`${where}.${key.slice(0, 128)}`, condition);
      else conditions.push(kind === 'key' ? asInKeyPolicy(condition) : condition);
      if (/^ForAllValues:/i.test(operator) && singleValued.test(key)) {
        report(`${where}.${key}`, overlyPermissive(key), 'set operator', 'harmless');
      }
    }
  }
  return conditions;
};

/** The condition key that only policies of callers may ask for. Source: KMS Developer Guide, "kms:ResourceAliases". */
const notInKeyPolicies = 'kms:resourcealiases';

const asInKeyPolicy = (condition: Condition): Condition =>
  condition.key.toLowerCase() !== notInKeyPolicies
    ? condition
    : {
        ...condition,
        holds: (lookup) => condition.holds((name) => (name === notInKeyPolicies ? undefined : lookup(name))),
      };

const pairsOf = (element: unknown, where: string, report: Report): readonly [string, unknown][] => {
  if (element === undefined) return [];
  if (typeof element === 'object' && element !== null && !Array.isArray(element)) return Object.entries(element);
  report(where, 'must be an object');
  return [];
};

/** Keys of one value with which KMS refuses `ForAllValues:` in new policies, as it is true where they are absent. */
const singleValued = /^(?:kms:EncryptionContext|aws:RequestTag)[:/]/i;

const overlyPermissive = (key: string): string => {
  const [name, short] = /^kms/i.test(key) ? ['encryption context', 'EncryptionContext'] : ['tag', 'RequestTag'];
  return `OverlyPermissiveCondition:${short}: Using the ForAllValues set operator with a single-valued condition key matches requests without the specified ${name} or with an unspecified ${name}. To fix, remove ForAllValues.`;
};
