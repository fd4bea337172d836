import { createPrivateKey, createPublicKey } from 'node:crypto';
import { generateRsa } from '../core/crypto/rsa-key.ts';

type ModulusBits = Parameters<typeof generateRsa>[0];

/** By size, in the order they were made. */
const made = new Map<ModulusBits, Promise<Buffer>[]>();

/** That of this size and place, made when it is first asked for in this process. */
const keyAt = async (modulusBits: ModulusBits, place: number): Promise<Buffer> => {
  const keys = made.get(modulusBits) ?? [];
  made.set(modulusBits, keys);
  keys[place] ??= generateRsa(modulusBits);
  return Buffer.from(await keys[place]); // a copy, since it is wiped
};

/** Of each size, for each maker. */
const mostKeys = 4;

/**
 * RSA keys that were made for other services of this process: for whoever needs keys and not the making of them, which
 * takes a twentieth of a second at least. One maker gives a key again when it has given three others.
 */
export const rsaMadeBefore = (): typeof generateRsa => {
  const given = new Map<ModulusBits, number>();
  return (modulusBits) => {
    const next = given.get(modulusBits) ?? 0;
    given.set(modulusBits, (next + 1) % mostKeys);
    return keyAt(modulusBits, next);
  };
};

/** The same keys, as OpenSSL has them. @param place tells several of one size apart */
export const rsaPair = async (modulusBits: ModulusBits, place = 0) => {
  const privateKey = createPrivateKey({ key: await keyAt(modulusBits, place), format: 'der', type: 'pkcs8' });
  return { privateKey, publicKey: createPublicKey(privateKey) };
};
