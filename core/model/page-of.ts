/** One page of a short listing that is at hand whole, in the order of its positions, which must be unique. */
export const pageOf = <T>(
  items: readonly T[],
  positionOf: (item: T) => string,
  { limit, after }: { readonly limit: number; readonly after?: string | undefined },
): { readonly items: readonly T[]; readonly next?: string | undefined } => {
  const begin = after === undefined ? 0 : items.findIndex((item) => positionOf(item) > after);
  const rest = begin < 0 ? [] : items.slice(begin);
  const shown = rest.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown, next: rest.length > limit && last !== undefined ? positionOf(last) : undefined };
};
