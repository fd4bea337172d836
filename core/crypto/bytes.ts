/**
 * Overwrites secrets with zeros when they are done with.
 * Best effort: copies made by the engine, by OpenSSL or as bigints inside a library are out of reach.
 */
export const wipe = (...secrets: readonly Uint8Array[]): void => {
  for (const secret of secrets) secret.fill(0);
};

/**
 * Guards an argument against mistakes of our own code; nothing a caller of the service sends gets here unjudged.
 *
 * @param length exact length in bytes; any, if left out
 * @throws {RangeError} with label, expectation and what came, never the bytes
 */
export const checkBytes = (label: string, value: Uint8Array, length?: number): void => {
  if (!(value instanceof Uint8Array)) throw new RangeError(`${label}: expected bytes, got ${typeof value}`);
  if (length !== undefined && value.length !== length) {
    throw new RangeError(`${label}: expected ${length} bytes, got ${value.length}`);
  }
};

/**
 * Guards a whole number against mistakes of our own code.
 *
 * @throws {RangeError} outside `min` to `max`, both included
 */
export const checkWhole = (label: string, value: number, min: number, max: number): void => {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`${label}: expected a whole number from ${min} to ${max}, got ${value}`);
  }
};
