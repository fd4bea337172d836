import { readdirSync, readFileSync } from 'node:fs';
import type { CandidateGrant } from '../../../core/policy/grants.ts';
import { compilePolicy } from '../../../core/policy/policy.ts';
import type { Principal } from '../../../core/policy/principals.ts';
import type { PolicyKind } from '../../../core/policy/reading.ts';
import type { AccessRequest, Policies, Resource } from '../../../core/policy/request.ts';

/**
 * The cases are JSON. A file holds `groups`; a group holds `cases`, or a `template` and `rows`: in the template, the
 * text `$0` (also as a name, or within a longer text) stands for the first column of a row, and so on.
 */

/** A policy: the name of one in cast.json, its statements (Version 2012-10-17), or a document. */
type PolicyGiven = string | readonly unknown[] | object;

export interface Case {
  /** What is shown, as a sentence. */
  readonly it: string;
  readonly caller?: string;
  readonly action?: string;
  readonly resource?: string;
  readonly context?: AccessRequest['context'];
  readonly encryptionContext?: Readonly<Record<string, string>>;
  readonly newGrant?: AccessRequest['newGrant'];
  readonly key?: PolicyGiven;
  readonly identity?: readonly PolicyGiven[];
  readonly boundary?: PolicyGiven;
  readonly session?: PolicyGiven;
  readonly endpoint?: PolicyGiven;
  readonly grants?: readonly Partial<CandidateGrant>[];
  /** Whether it is allowed; `refuse` says the opposite. */
  readonly expect?: boolean;
  readonly refuse?: boolean;
  /** Members of the decision. */
  readonly decision?: object;
  /** AWS's text, after the part that says who and what; of the whole where it begins with `User:`. */
  readonly text?: string;
  /** Parts of the explanation. */
  readonly explained?: readonly string[];
  /** The whole explanation, sentence by sentence. */
  readonly says?: readonly string[];
  /** Instead of all this: what `checkPolicy` finds, as [where, message]. */
  readonly check?: { readonly kind: PolicyKind; readonly policy: PolicyGiven; readonly problems: readonly string[][] };
}

interface Group {
  readonly about: string;
  readonly cases?: readonly Case[];
  readonly template?: object;
  readonly rows?: readonly (readonly unknown[])[];
}

interface Cast {
  readonly callers: Readonly<Record<string, Principal>>;
  readonly resources: Readonly<Record<string, Resource>>;
  readonly policies: Readonly<Record<string, readonly object[]>>;
}

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));

export const cast = read('cast.json') as Cast; // our own file

/** Every file of cases by its name, with its groups. */
export const themes = (): readonly (readonly [string, readonly { about: string; cases: readonly Case[] }[]])[] =>
  readdirSync(new URL('cases/', import.meta.url))
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const { groups } = read(`cases/${name}`) as { groups: readonly Group[] }; // our own files
      return [name.slice(0, -'.json'.length), groups.map(casesOf)] as const;
    });

const casesOf = ({ about, cases = [], template, rows = [] }: Group) => ({
  about,
  cases: [...cases, ...rows.map((row) => fill(template, row) as Case)], // a filled template is a case
});

const fill = (part: unknown, row: readonly unknown[]): unknown => {
  if (typeof part === 'string') {
    const whole = /^\$(\d)$/.exec(part);
    if (whole) return row[Number(whole[1])];
    return part.replace(/\$(\d)/g, (_, column) => shown(row[Number(column)]));
  }
  if (Array.isArray(part)) return part.map((each) => fill(each, row));
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([name, value]) => [String(fill(name, row)), fill(value, row)] as const),
  );
};

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

export const documentOf = (policy: PolicyGiven): object => {
  if (typeof policy === 'string') {
    const statements = cast.policies[policy];
    if (statements === undefined) throw new Error(`cast.json has no policy '${policy}'`);
    return documentOf(statements);
  }
  return Array.isArray(policy) ? { Version: '2012-10-17', Statement: policy } : policy;
};

const owner = '111122223333';

const find = <T>(table: Readonly<Record<string, T>>, name: string): T => {
  const found = table[name];
  if (found === undefined) throw new Error(`cast.json has no '${name}'`);
  return found;
};

export const requestOf = ({ caller = 'alice', action = 'kms:Decrypt', resource = 'key', ...others }: Case) => {
  const { context = {}, encryptionContext, newGrant } = others;
  const known = Object.fromEntries(Object.entries(context).filter(([, value]) => value !== null)); // null in a row: absent
  return {
    principal: find(cast.callers, caller),
    action,
    resource: find(cast.resources, resource),
    context: known,
    encryptionContext,
    newGrant,
  } satisfies AccessRequest;
};

export const policiesOf = ({ key, identity = [], boundary, session, endpoint, grants = [] }: Case): Policies => {
  const compiled = <Kind extends PolicyKind>(policy: PolicyGiven | undefined, kind: Kind) =>
    policy === undefined ? undefined : compilePolicy(documentOf(policy), kind);
  const KeyId = '1234abcd-12ab-34cd-56ef-1234567890ab';
  return {
    key: compiled(key, 'key'),
    identity: identity.map((policy) => compilePolicy(documentOf(policy), 'identity')),
    boundary: compiled(boundary, 'boundary'),
    session: compiled(session, 'session'),
    endpoint: compiled(endpoint, 'endpoint'),
    grants: grants.map((grant, i) => ({
      GrantId: `g${i}`,
      KeyId,
      AccountId: owner,
      Operations: ['Decrypt'],
      visible: true,
      ...grant,
    })),
  };
};
