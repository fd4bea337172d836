import type { Operator } from './operator.ts';

/** Base64 in its one canonical form; `undefined` for texts that are not base64. */
const canonical = (text: string): string | undefined => {
  if (text.length % 4 !== 0 || !/^[a-z0-9+/]*={0,2}$/i.test(text)) return undefined;
  return Buffer.from(text, 'base64').toString('base64'); // clears the unused bits of the last character
};

/** Compares bytes. Source: IAM User Guide, "Condition operators", binary condition operators. */
const bytes: Operator['value'] = (text) => {
  const wanted = canonical(text);
  return wanted === undefined ? undefined : (value) => canonical(value) === wanted;
};

export const binaryOperators = { BinaryEquals: { value: bytes } } satisfies Record<string, Operator>;
