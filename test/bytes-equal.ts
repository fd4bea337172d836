import { expect } from 'vitest';

const areEqual = (one: unknown, other: unknown): boolean | undefined => {
  if (!(one instanceof Uint8Array && other instanceof Uint8Array)) return undefined;
  return one.constructor === other.constructor ? Buffer.compare(one, other) === 0 : undefined;
};

// vitest compares bytes as objects, with a name for each position: seconds for a megabyte.
expect.addEqualityTesters([areEqual]);
