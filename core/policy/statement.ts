import type { Condition } from './condition.ts';
import { compileConditions } from './condition-element.ts';
import { compilePrincipals, everyone } from './principal-element.ts';
import type { Principal, Relation } from './principals.ts';
import { isNaming, type Members, type PolicyKind, type Report, textsIn } from './reading.ts';
import { always, compileActions, compileResources, never } from './target-elements.ts';
import type { Language, Lookup } from './template.ts';

/** Which statement decided. */
export interface StatementRef {
  readonly kind: PolicyKind;
  /** From 0; absent when the document could not be read as far as its statements. */
  readonly index?: number | undefined;
  readonly sid?: string | undefined;
  /** What is wrong with it. Such a statement allows nothing, and denies as much as it may have meant. */
  readonly malformed?: string | undefined;
}

export interface Statement {
  readonly ref: StatementRef;
  readonly allow: boolean;
  coversAction(action: string): boolean;
  /** Accounts, and the ARNs and unique ids of users, roles and sessions that it names. */
  readonly principals: readonly string[];
  /** All whom it names, services and identity providers too, as it spells them: for people. */
  readonly named: readonly string[];
  relationTo(caller: Principal): Relation;
  coversResource(resource: string, lookup: Lookup): boolean;
  /** What its element Resource lists, as it spells them: for people. */
  readonly resources: readonly string[];
  readonly conditions: readonly Condition[];
}

/** How a statement reads that cannot be read at all: it denies everything to everyone. */
export const unreadable = (ref: StatementRef): Statement => ({
  ref,
  allow: false,
  coversAction: always,
  ...everyone,
  coversResource: always,
  resources: [],
  conditions: [],
});

const elements: ReadonlySet<string> = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);

/**
 * Compiles a statement. An element that cannot be read counts as covering everything and makes the statement malformed:
 * an Allow is then to be left out, anything else to be taken for a Deny. KMS accepts statements without Action or
 * Resource, which have no effect; in a malformed one they may stand under a wrong name, so all is covered.
 *
 * @param given an object from JSON
 */
export const compileStatement = (given: object, kind: PolicyKind, language: Language, tell: Report) => {
  let leftOut: () => boolean = never;
  const report: Report = (where, what, code, harmless) => {
    if (harmless === undefined) leftOut = always;
    tell(where, what, code, harmless);
  };
  const members: Members = { ...given };
  for (const name of Object.keys(members)) {
    if (!elements.has(name)) report(`.${name.slice(0, 64)}`, 'is not an element of a statement');
  }
  const { Sid, Effect } = members;
  if (Sid !== undefined && typeof Sid !== 'string') report('.Sid', 'must be a text');
  if (typeof Sid === 'string' && !isNaming(kind) && !/^[a-z0-9]*$/i.test(Sid)) {
    report('.Sid', 'may hold letters and digits only, outside of key policies', 'syntax', 'harmless');
  }
  if (Effect !== 'Allow' && Effect !== 'Deny') report('.Effect', 'must be "Allow" or "Deny"');
  const allow = Effect === 'Allow';
  const actions = compileActions(members, kind, report);
  const principals = compilePrincipals(members, kind, allow, report);
  const resources = compileResources(members, kind, language, report);
  const conditions = compileConditions(members.Condition, kind, language, !allow, report);
  return {
    sid: typeof Sid === 'string' ? Sid : undefined,
    allow,
    coversAction: actions ?? leftOut,
    ...principals,
    coversResource: resources ?? leftOut,
    resources: textsIn(members.Resource),
    conditions,
  };
};
