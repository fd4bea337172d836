import { accountOfRoot, type Principal } from './principals.ts';
import type { PolicyKind } from './reading.ts';
import type { StatementRef } from './statement.ts';

/** How explanations name principals, policies, statements and values. */

/** Of a list, so many are named. */
const mostNamed = 3;
/** Characters of a text that come from a policy or a request. */
const longestText = 200;

/**
 * `alice`, `role Lab`, `Lab/s1`, `account 111122223333`; a service by its name, a deleted principal by its unique id.
 * @param home an account that need not be said
 */
export const principalName = (text: string, home?: string): string => {
  const account = /^\d{12}$/.test(text) ? text : accountOfRoot(text);
  if (account !== undefined) return `account ${account}`;
  const [, accountId, kind = '', path = ''] = identity.exec(text) ?? [];
  const naming = namings[kind];
  if (naming === undefined) return plain(text);
  return naming(plain(path)) + (accountId === home ? '' : ` of account ${accountId}`);
};

const identity = /^arn:[a-z-]+:(?:iam|sts)::(\d{12}):([a-z-]+)\/(.+)$/s;

const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const namings: Readonly<Record<string, (path: string) => string>> = {
  user: lastPart,
  role: (path) => `role ${lastPart(path)}`,
  'assumed-role': (path) => path,
  'federated-user': (path) => `federated user ${path}`,
};

/** The caller, without its account: an explanation is about one. */
export const callerName = ({ type, arn, accountId }: Principal): string =>
  type === 'Root' ? `the root user of account ${accountId}` : principalName(arn, accountId);

/** `a`, `a and b`, `a, b and c`, `a, b, c and 4 others`. */
export const listed = (texts: readonly string[]): string => {
  const others = texts.length - mostNamed;
  const shown = others > 1 ? [...texts.slice(0, mostNamed), `${others} others`] : texts;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
};

/** Sentences of one sort, at most: a policy may hold hundreds of statements that fail. */
const mostSentences = 5;

export const firstOf = (sentences: readonly string[]): readonly string[] => {
  const others = sentences.length - mostSentences;
  return others > 1 ? [...sentences.slice(0, mostSentences), `There are ${others} more like these.`] : sentences;
};

/** A value as JSON, in one line. */
export const quoted = (value: unknown): string => plain(JSON.stringify(value));

/** Printable, and not too long. */
export const plain = (text: string): string => {
  if (text.length <= longestText && /^[ -~]*$/.test(text)) return text;
  return printable(text.length > longestText ? `${text.slice(0, longestText)}…` : text);
};

/** Without line breaks, and without anything that a terminal obeys or that hides text. */
export const printable = (text: string): string =>
  text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (each) => `\\u{${each.codePointAt(0)?.toString(16)}}`);

const titles: Readonly<Record<Exclude<PolicyKind, 'key'>, (caller: string) => string>> = {
  identity: (caller) => `${caller}'s identity policy`,
  boundary: (caller) => `${caller}'s permissions boundary`,
  session: (caller) => `${caller}'s session policy`,
  endpoint: () => 'the VPC endpoint policy',
};

/** `the key policy`, `bob's identity policy 2`. @param policy which one, from 0, where there are several of the kind */
export const title = (kind: PolicyKind, caller: string, policy?: number): string =>
  kind === 'key' ? 'the key policy' : titles[kind](caller) + (policy === undefined ? '' : ` ${policy + 1}`);

/** ``statement 2 (`AllowUse`)``: people count from 1. */
export const statementName = ({ index = 0, sid }: StatementRef): string =>
  `statement ${index + 1}${sid ? ` (\`${plain(sid)}\`)` : ''}`;

/** ``the key policy's statement 2 (`AllowUse`)``, `statement 1 of bob's identity policy`. */
export const place = (ref: StatementRef, caller: string, policy?: number): string => {
  const whole = title(ref.kind, caller, policy);
  if (ref.index === undefined) return whole; // the document could not be read as far as its statements
  return ref.kind === 'key' ? `${whole}'s ${statementName(ref)}` : `${statementName(ref)} of ${whole}`;
};

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
