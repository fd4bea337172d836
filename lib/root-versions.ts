/** Which root keys there are: they count from 1, and each new one takes the next number. */
export interface RootVersions {
  /** The oldest that functions may use. @default 1 */
  readonly first?: number | undefined;
  readonly last: number;
  /** Under which new key material is wrapped, and with time all that there is. @default - the last */
  readonly inForce?: number | undefined;
}

/** The same, with nothing left open. */
export interface ReadRootVersions {
  readonly first: number;
  readonly last: number;
  readonly inForce: number;
}

/** What fits into the environment of a function, with room to spare: a rotation needs two. */
const mostAtOnce = 5;

/**
 * @param path of the construct, for the error
 * @throws {Error} unless 1 <= first <= inForce <= last, and not too many
 */
export const readRootVersions = ({ first = 1, last, inForce = last }: RootVersions, path: string): ReadRootVersions => {
  const areWhole = [first, inForce, last].every(Number.isSafeInteger);
  const areOrdered = 1 <= first && first <= inForce && inForce <= last;
  if (areWhole && areOrdered && last - first < mostAtOnce) return { first, last, inForce };
  const rule = `rootVersions are whole numbers, 1 or more, at most ${mostAtOnce} of them, that in force among them`;
  throw new Error(`${path}: ${rule}; not ${first} to ${last} with ${inForce} in force`);
};

/**
 * The versions that the stack has. The one that functions can no longer use stays until the next is given up: should
 * something still be under it, it is back with one deployment, and nothing was lost.
 */
export const madeVersions = ({ first, last }: ReadRootVersions): readonly number[] => {
  const oldest = Math.max(1, first - 1);
  return Array.from({ length: last - oldest + 1 }, (_, index) => oldest + index);
};
