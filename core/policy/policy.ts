import type { PolicyKind, ProblemCode, Report } from './reading.ts';
import { compileStatement, type Statement, unreadable } from './statement.ts';
import type { Language } from './template.ts';

/** A policy ready for evaluation; opaque to all but the engine. Compile it once per revision. */
export interface CompiledPolicy<Kind extends PolicyKind = PolicyKind> {
  readonly kind: Kind;
  readonly statements: readonly Statement[];
  /** In lower case. */
  readonly conditionKeys: ReadonlySet<string>;
  /** Of the statements, those that cover an action. */
  relevantTo(action: string): Relevant;
}

export interface Relevant {
  /** Never a malformed one. */
  readonly allows: readonly Statement[];
  readonly denies: readonly Statement[];
}

/** What is wrong with a policy. */
export interface PolicyProblem {
  /** `Statement[1].Condition.Bool.aws:SecureTransport`; empty for the document as a whole. */
  readonly where: string;
  readonly what: string;
  /** The error AWS answers with. */
  readonly error: 'MalformedPolicyDocumentException' | 'InvalidArnException';
  /** For the error: AWS's text where it is known, else where and what. */
  readonly message: string;
}

/**
 * Compiles a policy; never throws. What is malformed fails closed, statement by statement: a malformed Allow gives
 * nothing; a malformed Deny, or a statement whose Effect is neither, denies all that its readable elements leave open;
 * a document without readable statements denies everything. A document with a wrong Version or members of its own
 * allows nothing. Policies that passed `checkPolicy` hold none of these.
 *
 * @param document JSON text, or the object parsed from it; not changed, and not kept
 */
export const compilePolicy = <Kind extends PolicyKind>(document: string | object, kind: Kind): CompiledPolicy<Kind> =>
  newPolicy(
    kind,
    readPolicy(document, kind, () => {}),
  );

/**
 * What KMS refuses in a policy: empty when there is nothing. Whether the caller could still change the policy is asked
 * by evaluating it; whether its principals exist, of `principalsIn`.
 */
export const checkPolicy = (document: string | object, kind: PolicyKind): readonly PolicyProblem[] => {
  const problems: PolicyProblem[] = [];
  readPolicy(document, kind, (where, what, code = 'syntax') => {
    const error = code === 'principal ARN' ? 'InvalidArnException' : 'MalformedPolicyDocumentException';
    problems.push({ where, what, error, message: messages[code](where, what) });
  });
  return problems;
};

/** Accounts, and the ARNs and unique ids of users, roles and sessions that a policy names. */
export const principalsIn = ({ statements }: CompiledPolicy): readonly string[] => [
  ...new Set(statements.flatMap(({ principals }) => principals)),
];

/** Condition keys that a policy asks for, in lower case: what need not be fetched if none does. Variables apart. */
export const conditionKeysIn = ({ conditionKeys }: CompiledPolicy): ReadonlySet<string> => conditionKeys;

/** AWS's text for principals that cannot be, and for those that do not exist. */
export const invalidPrincipals = 'Policy contains a statement with one or more invalid principals.';

const messages: Readonly<Record<ProblemCode, (where: string, what: string) => string>> = {
  syntax: (where, what) => (where === '' ? `The policy ${what}.` : `${where} ${what}.`),
  principal: () => invalidPrincipals,
  'principal ARN': () => 'An ARN in the specified key policy is invalid.',
  'set operator': (_where, what) => what,
};

/** Distinct actions remembered for a policy; there are fewer, unless somebody makes them up. */
const mostActions = 128;

const newPolicy = <Kind extends PolicyKind>(kind: Kind, statements: readonly Statement[]): CompiledPolicy<Kind> => {
  const byAction = new Map<string, Relevant>();
  return {
    kind,
    statements,
    conditionKeys: new Set(statements.flatMap(({ conditions }) => conditions.map(({ key }) => key.toLowerCase()))),
    relevantTo(action) {
      const known = byAction.get(action);
      if (known) return known;
      const covering = statements.filter((statement) => statement.coversAction(action));
      const relevant = {
        allows: covering.filter(({ allow, ref }) => allow && ref.malformed === undefined),
        denies: covering.filter(({ allow }) => !allow),
      };
      if (byAction.size < mostActions) byAction.set(action, relevant);
      return relevant;
    },
  };
};

const languages: ReadonlyMap<unknown, Language> = new Map<unknown, Language>([
  [undefined, 'text'],
  ['2008-10-17', 'text'],
  ['2012-10-17', 'variables'],
]);

const readPolicy = (document: string | object, kind: PolicyKind, report: Report): readonly Statement[] => {
  const given = typeof document === 'string' ? parse(document) : document;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    report('', 'must be a JSON object');
    return [unreadable({ kind, malformed: 'the policy is not a JSON object' })];
  }
  let broken: string | undefined;
  const reportDocument = (where: string, what: string) => {
    broken ??= `the policy's ${where} ${what}`;
    report(where, what);
  };
  const { Version, Id, Statement, ...others }: Readonly<Record<string, unknown>> = { ...given };
  const language = languages.get(Version) ?? 'unknown';
  if (language === 'unknown') reportDocument('Version', 'must be "2012-10-17" or "2008-10-17"');
  if (Id !== undefined && typeof Id !== 'string') reportDocument('Id', 'must be a text');
  for (const name of Object.keys(others)) reportDocument(name.slice(0, 64), 'is not an element of a policy');
  if (typeof Statement !== 'object' || Statement === null) {
    report('Statement', 'must be an object or a list of objects');
    return [unreadable({ kind, malformed: 'the policy has no Statement' })];
  }
  const list: readonly unknown[] = Array.isArray(Statement) ? Statement : [Statement];
  return list.map((each, index) => readStatement(each, index, kind, language, broken, report));
};

const readStatement = (
  given: unknown,
  index: number,
  kind: PolicyKind,
  language: Language,
  broken: string | undefined,
  report: Report,
): Statement => {
  let malformed = broken;
  const reportStatement: Report = (where, what, code, harmless) => {
    if (harmless === undefined) malformed ??= `${where === '' ? 'it' : where.slice(1)} ${what}`;
    report(`Statement[${index}]${where}`, what, code, harmless);
  };
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    reportStatement('', 'must be an object');
    return unreadable({ kind, index, malformed });
  }
  const { sid, ...statement } = compileStatement(given, kind, language, reportStatement);
  return { ...statement, ref: { kind, index, sid, malformed } };
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
