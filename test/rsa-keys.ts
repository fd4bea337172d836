import { generateRsa } from '../core/crypto/rsa-key.ts';

const few = 3;
const made = new Map<number, Promise<Buffer>[]>();
let calls = 0;

/** A few RSA keys of each size in turn, made when they are first wanted, for whoever needs a key and not the making of it. */
export const rsaMadeBefore: typeof generateRsa = async (modulusBits) => {
  const keys = made.get(modulusBits) ?? [];
  made.set(modulusBits, keys);
  calls += 1;
  const key = keys[calls % few] ?? generateRsa(modulusBits);
  keys[calls % few] = key;
  return Buffer.from(await key); // a copy, since it is wiped
};
