/** Values by lower-case name; those of a repeated header in the order they came. A character is a byte. */
export type HeaderValues = ReadonlyMap<string, readonly string[]>;

/** @param raw names and values in turn, as sent, duplicates kept */
export const headerValues = (raw: readonly string[]): HeaderValues => {
  const values = new Map<string, string[]>();
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name, value] = [(raw[i] ?? '').toLowerCase(), raw[i + 1] ?? ''];
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  }
  return values;
};

/** The first value of a header, by its name in lower case. */
export const headerIn = ({ headers }: { readonly headers: HeaderValues }, name: string): string | undefined =>
  headers.get(name)?.[0];
