const listed = new WeakMap<object, readonly (readonly [string, unknown])[]>();

/** The entries of a part of a declaration, which never changes: listed once, however many calls ask. */
export const entriesOf = <Value>(declared: Readonly<Record<string, Value>>): readonly (readonly [string, Value])[] => {
  const known = listed.get(declared);
  if (known) return known as readonly (readonly [string, Value])[]; // set below, of this very object
  const entries = Object.entries(declared);
  listed.set(declared, entries);
  return entries;
};
