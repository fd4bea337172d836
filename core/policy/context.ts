import type { AccessRequest } from './request.ts';
import type { ContextValue, Lookup } from './template.ts';

/** What is known of a request, by condition key; names in any case. */
export type Context = Readonly<Record<string, ContextValue | undefined>>;

/** From this many questions on, folding all names at once is cheaper than going through them for each. */
const fewQuestions = 5;

/**
 * Looks up condition keys by their names in lower case. Names that differ only by case are one key with the values of
 * all.
 *
 * @param request its context, where that is a function, is not asked for before the first question
 * @param withoutKms no key of `kms:` is there, as when an alias is authorized
 */
export const lookupIn = ({ context: given }: Pick<AccessRequest, 'context'>, withoutKms: boolean): Lookup => {
  let context = typeof given === 'function' ? undefined : given;
  let asked = 0;
  let names: readonly string[] | undefined;
  let folded: Map<string, ContextValue> | undefined;
  return (name) => {
    if (withoutKms && name.startsWith('kms:')) return undefined;
    context ??= typeof given === 'function' ? given() : given;
    asked += 1;
    if (folded === undefined && asked < fewQuestions) {
      names ??= Object.keys(context);
      const found = spellingsOf(name, names);
      if (typeof found !== 'number') return found === undefined ? undefined : context[found];
    }
    folded ??= fold(context);
    return folded.get(name);
  };
};

const several = 2;

/** The one spelling in which a name is there, if any; a number when folding must decide. */
const spellingsOf = (name: string, names: readonly string[]): string | undefined | typeof several => {
  if (!isAscii.test(name)) return several;
  let found: string | undefined;
  for (const each of names) {
    // in lower case only names of the same length become an ASCII name
    if (each.length !== name.length || (each !== name && each.toLowerCase() !== name)) continue;
    if (found !== undefined) return several;
    found = each;
  }
  return found;
};

const isAscii = /^[\0-\x7f]*$/;

const fold = (context: Context): Map<string, ContextValue> => {
  const folded = new Map<string, ContextValue>();
  for (const name of Object.keys(context)) {
    const value = context[name];
    if (value === undefined) continue;
    const key = name.toLowerCase();
    const other = folded.get(key);
    folded.set(key, other === undefined ? value : [...listOf(other), ...listOf(value)]);
  }
  return folded;
};

const listOf = (value: ContextValue): readonly string[] => (typeof value === 'object' ? value : [String(value)]);

/** The condition keys of a request's encryption context. Without pairs there are none. */
export const encryptionContextKeys = (pairs: Readonly<Record<string, string>> | undefined): Context => {
  const names = Object.keys(pairs ?? {});
  if (pairs === undefined || names.length === 0) return {};
  const context: Record<string, ContextValue | undefined> = { 'kms:EncryptionContextKeys': names };
  for (const name of names) context[`kms:EncryptionContext:${name}`] = pairs[name];
  return context;
};
