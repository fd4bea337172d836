import { createHook } from 'node:async_hooks';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { availableParallelism } from 'node:os';
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

  it('searches for no more keys at a time than leave a core, and a thread of the pool, to others', async () => {
    const running = new Set<number>();
    let most = 0;
    const hook = createHook({
      init(id, type) {
        if (type === 'KEYPAIRGENREQUEST') running.add(id);
        most = Math.max(most, running.size);
      },
      before: (id) => void running.delete(id), // it is told of the key
    }).enable();
    const found = await Promise.all(Array.from({ length: 6 }, () => generateRsa(2048)));
    hook.disable();
    expect(new Set(found.map((key) => key.toString('hex'))).size).toBe(6);
    expect(most).toBe(Math.max(1, Math.min(availableParallelism(), 4) - 1));
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
