import type { ContextValue, Lookup } from './template.ts';

/** What is known of a request, by condition key; names in any case. */
export type Context = Readonly<Record<string, ContextValue | undefined>>;

/**
 * Looks up condition keys by their names in lower case. The names are folded at the first question, since many policies
 * never ask. Names that differ only by case are one key with the values of all.
 *
 * @param withoutKms no key of `kms:` is there, as when an alias is authorized
 */
export const lookupIn = (context: Context, withoutKms: boolean): Lookup => {
  let folded: Map<string, ContextValue> | undefined;
  return (name) => {
    if (withoutKms && name.startsWith('kms:')) return undefined;
    folded ??= fold(context);
    return folded.get(name);
  };
};

const fold = (context: Context): Map<string, ContextValue> => {
  const folded = new Map<string, ContextValue>();
  for (const name in context) {
    const value = context[name];
    if (value === undefined || !Object.hasOwn(context, name)) continue;
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
