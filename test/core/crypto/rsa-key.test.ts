import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { generateRsa, modulusBitsOf, rsaModulusBits } from '../../../core/crypto/rsa-key.ts';

describe('generateRsa', () => {
  it.each(rsaModulusBits)(
    'makes a PKCS#8 key of %i bits, two primes and the exponent 65537',
    async (modulusBits) => {
      const key = createPrivateKey({ key: await generateRsa(modulusBits), format: 'der', type: 'pkcs8' });
      expect(key.asymmetricKeyType).toBe('rsa');
      expect(key.asymmetricKeyDetails).toMatchObject({ modulusLength: modulusBits, publicExponent: 65537n });
      const { oth } = key.export({ format: 'jwk' });
      expect(oth).toBeUndefined(); // other primes (RFC 7518 §6.3.2.7)
      expect(modulusBitsOf(key, 'private')).toBe(modulusBits);
    },
    30_000,
  );

  it('lets the thread go on with other work', async () => {
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    await generateRsa(3072);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
  });

  it('refuses other sizes with a RangeError', async () => {
    // @ts-expect-error 1024 is not on offer
    await expect(generateRsa(1024)).rejects.toThrow(new RangeError('modulusBits: expected 2048, 3072, 4096, got 1024'));
  });
});

describe('modulusBitsOf', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  it.each([
    ['key: expected rsa public, got rsa private', privateKey, 'public'],
    ['key: expected rsa private, got rsa public', createPublicKey(privateKey), 'private'],
    ['key: expected rsa private, got ec private', ec.privateKey, 'private'],
  ] as const)('throws the RangeError "%s"', (message, key, type) => {
    expect(() => modulusBitsOf(key, type)).toThrow(new RangeError(message));
  });
});
