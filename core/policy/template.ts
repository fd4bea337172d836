import { type Matcher, type Piece, piecesOf } from './wildcard.ts';

/**
 * Texts of a policy in which variables may stand: `${key}`, `${key, 'default'}`, and the escapes `${*}`, `${?}`, `${$}`.
 * Source: IAM User Guide, "IAM policy elements: Variables and tags".
 */

/** What a request says about a condition key; names are in lower case. */
export type Lookup = (name: string) => ContextValue | undefined;

/** Single-valued keys are a text, number or boolean; multivalued keys are lists, also of one or none. */
export type ContextValue = string | number | boolean | readonly string[];

/**
 * How `${` is read: as a variable (Version 2012-10-17), as plain text (2008-10-17), or not at all, because the policy's
 * Version is neither.
 */
export type Language = 'variables' | 'text' | 'unknown';

/** Whether a value of the request agrees with a value of the policy. */
export type Test = (value: string, lookup: Lookup) => boolean;

interface Variable {
  /** In lower case. */
  readonly name: string;
  readonly fallback: string | undefined;
}

type Template = readonly (Piece | Variable)[];

/** How the text around the variables is read. */
export const wildcards = piecesOf;
export const literal = (text: string): Piece[] => (text === '' ? [] : [text]);

/**
 * Compiles a text that may hold variables. Without any, the matcher is built once; else for each request, and a
 * variable without a value matches nothing. Whatever a variable stands for is literal: a request brings no wildcards.
 *
 * @param build `undefined` when the pieces do not make a pattern
 * @returns `undefined` when the text is malformed
 */
export const testOf = (
  text: string,
  language: Language,
  read: (text: string) => Piece[],
  build: (pieces: readonly Piece[]) => Matcher | undefined,
): Test | undefined => {
  const template = readTemplate(text, language, read);
  if (template === undefined) return undefined;
  const fixed = withoutVariables(template);
  if (fixed !== undefined) return build(fixed);
  return (value, lookup) => {
    const pieces = resolve(template, lookup);
    return pieces !== undefined && (build(pieces)?.(value) ?? false);
  };
};

const withoutVariables = (template: Template): readonly Piece[] | undefined => {
  const pieces = template.filter((part): part is Piece => typeof part !== 'object');
  return pieces.length === template.length ? pieces : undefined;
};

const resolve = (template: Template, lookup: Lookup): readonly Piece[] | undefined => {
  const pieces: Piece[] = [];
  for (const part of template) {
    if (typeof part !== 'object') {
      pieces.push(part);
      continue;
    }
    const value = lookup(part.name) ?? part.fallback;
    if (value === undefined || typeof value === 'object') return undefined; // absent, or not of one value
    pieces.push(String(value));
  }
  return pieces;
};

const escapes: Readonly<Record<string, string>> = { '*': '*', '?': '?', $: '$' };

/** @returns `undefined` when a variable is malformed, or when it is not known whether it is one */
const readTemplate = (text: string, language: Language, read: (text: string) => Piece[]): Template | undefined => {
  if (language === 'text' || !text.includes('${')) return read(text);
  if (language === 'unknown') return undefined;
  const parts: (Piece | Variable)[] = [];
  let at = 0;
  for (let open = text.indexOf('${'); open >= 0; open = text.indexOf('${', at)) {
    parts.push(...read(text.slice(at, open)));
    const found = readVariable(text, open + 2);
    if (found === undefined) return undefined;
    parts.push(found.part);
    at = found.end;
  }
  parts.push(...read(text.slice(at)));
  return parts;
};

/** @param start of what follows `${` */
const readVariable = (text: string, start: number): { part: string | Variable; end: number } | undefined => {
  const separator = /[,}]/g;
  separator.lastIndex = start;
  const stop = separator.exec(text)?.index;
  if (stop === undefined) return undefined;
  const name = text.slice(start, stop).trim();
  if (text[stop] === '}') {
    const escaped = Object.hasOwn(escapes, name) ? escapes[name] : undefined;
    if (escaped !== undefined) return { part: escaped, end: stop + 1 };
    return isKeyName(name) ? { part: { name: name.toLowerCase(), fallback: undefined }, end: stop + 1 } : undefined;
  }
  const opening = skipBlanks(text, stop + 1);
  const closing = text.indexOf("'", opening + 1);
  if (!isKeyName(name) || text[opening] !== "'" || closing < 0) return undefined;
  const brace = skipBlanks(text, closing + 1);
  if (text[brace] !== '}') return undefined;
  return { part: { name: name.toLowerCase(), fallback: text.slice(opening + 1, closing) }, end: brace + 1 };
};

const skipBlanks = (text: string, from: number): number => {
  let at = from;
  while (text[at] === ' ') at += 1;
  return at;
};

const isKeyName = (name: string): boolean => /^[a-z0-9-]+:[^*?${}']+$/i.test(name);
