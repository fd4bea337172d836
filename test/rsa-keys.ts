import { generateRsa } from '../core/crypto/rsa-key.ts';

/** By size, in the order they were made. */
const made = new Map<number, Promise<Buffer>[]>();

/**
 * RSA keys that were made for other services of this process, and more where those do not suffice: for whoever needs keys
 * and not the making of them. One maker never gives a key twice.
 */
export const rsaMadeBefore = (): typeof generateRsa => {
  const given = new Map<number, number>();
  return async (modulusBits) => {
    const keys = made.get(modulusBits) ?? [];
    made.set(modulusBits, keys);
    const next = given.get(modulusBits) ?? 0;
    given.set(modulusBits, next + 1);
    keys[next] ??= generateRsa(modulusBits);
    return Buffer.from(await keys[next]); // a copy, since it is wiped
  };
};
