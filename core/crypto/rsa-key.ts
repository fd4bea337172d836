import { generateKeyPair, type KeyObject, type RSAKeyPairOptions } from 'node:crypto';

/** Sizes of modulus which may be generated, in bits. */
export const rsaModulusBits = [2048, 3072, 4096] as const;
export type RsaModulusBits = (typeof rsaModulusBits)[number];

/** Of Node's pool, which files and the database are read by, too. */
const poolThreads = 4;
/** Searches at a time: one core and one thread of the pool are left to everything else. */
const mostSearches = Math.max(1, Math.min(navigator.hardwareConcurrency, poolThreads) - 1);
let searches = 0;
const waiting: (() => void)[] = [];

/** Runs one search for primes, when it is its turn. */
const inTurn = async <Result>(search: () => Promise<Result>): Promise<Result> => {
  if (searches === mostSearches) await new Promise<void>((resolve) => waiting.push(resolve));
  else searches += 1;
  try {
    return await search();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else searches -= 1;
  }
};

/**
 * Makes an RSA key of two primes with the public exponent 65537 (FIPS 186-5 §A.1), off the main thread, and only so many
 * at a time that others go on. Takes 0.05 s for 2048 bits and 0.7 s for 4096 in the mean, with a long tail.
 *
 * @returns PKCS#8 DER; the caller owns and wipes it
 * @throws {RangeError} on another size
 */
export const generateRsa = async (modulusBits: RsaModulusBits): Promise<Buffer> => {
  if (!rsaModulusBits.includes(modulusBits)) {
    throw new RangeError(`modulusBits: expected ${rsaModulusBits.join(', ')}, got ${modulusBits}`);
  }
  const options: RSAKeyPairOptions<'der', 'der'> = {
    modulusLength: modulusBits,
    publicExponent: 0x10001,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  };
  return inTurn(
    () =>
      new Promise((resolve, reject) => {
        generateKeyPair('rsa', options, (error, _public, privateKey) => (error ? reject(error) : resolve(privateKey)));
      }),
  );
};

/**
 * Size of the modulus in bits.
 *
 * @throws {RangeError} on a key of another kind than asked for: our mistake, since the key spec decides who gets here
 */
export const modulusBitsOf = (key: KeyObject, type: 'public' | 'private'): number => {
  const bits = key.asymmetricKeyDetails?.modulusLength;
  if (key.type !== type || key.asymmetricKeyType !== 'rsa' || bits === undefined) {
    throw new RangeError(`key: expected rsa ${type}, got ${key.asymmetricKeyType} ${key.type}`);
  }
  return bits;
};
