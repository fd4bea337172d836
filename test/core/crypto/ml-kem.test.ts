import { createPrivateKey, createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decapsulate, encapsulate, generateMlKem, mlKemPublicKey } from '../../../core/crypto/ml-kem.ts';
import { mlKemEngine, mlKemSets, nativeMlKem, nobleMlKem } from '../../../core/crypto/ml-kem-engines.ts';

const sets = ['ML-KEM-512', 'ML-KEM-768', 'ML-KEM-1024'] as const;
const engines = [
  ['OpenSSL', nativeMlKem],
  ['noble', nobleMlKem],
] as const;

it('uses OpenSSL, which this Node.js has', () => {
  expect(mlKemEngine).toBe(nativeMlKem);
});

describe.each(sets)('%s', (set) => {
  const { ciphertextLength, publicKeyLength } = mlKemSets[set];
  const pkcs8 = generateMlKem(set);
  const spki = mlKemPublicKey(set, pkcs8);

  it('generates 86 bytes of PKCS#8 with the seed alone, which OpenSSL loads, another one each time', () => {
    expect(pkcs8).toHaveLength(86);
    const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
    expect(key.asymmetricKeyType).toBe(set.toLowerCase());
    expect(key.export({ format: 'raw-seed' })).toEqual(pkcs8.subarray(-64));
    expect(generateMlKem(set)).not.toEqual(pkcs8);
  });

  it.each(engines)('gets the same public key by %s, as SubjectPublicKeyInfo', (_, engine) => {
    const made = mlKemPublicKey(set, pkcs8, engine);
    expect(made).toEqual(spki);
    expect(made).toHaveLength(publicKeyLength + 22);
    const key = createPublicKey({ key: made, format: 'der', type: 'spki' });
    expect(key.export({ type: 'spki', format: 'der' })).toEqual(made);
  });

  describe.each(engines)('encapsulated by %s', (_, engine) => {
    it('the secret comes out by either engine', () => {
      const { sharedSecret, ciphertext } = encapsulate(set, spki, engine);
      expect(sharedSecret).toHaveLength(32);
      expect(ciphertext).toHaveLength(ciphertextLength);
      for (const [, other] of engines) expect(decapsulate(set, pkcs8, ciphertext, other)).toEqual(sharedSecret);
    });

    it('the secret is another one each time', () => {
      const [first, second] = [encapsulate(set, spki, engine), encapsulate(set, spki, engine)];
      expect(first.sharedSecret).not.toEqual(second.sharedSecret);
      expect(first.ciphertext).not.toEqual(second.ciphertext);
    });

    it('a changed ciphertext gives another secret, always the same, by both engines', () => {
      const { sharedSecret, ciphertext } = encapsulate(set, spki, engine);
      for (let index = 0; index < ciphertext.length; index += 97) {
        const changed = Buffer.from(ciphertext);
        changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
        const rejected = decapsulate(set, pkcs8, changed, nativeMlKem);
        expect(rejected).toHaveLength(32);
        expect(rejected).not.toEqual(sharedSecret);
        expect(decapsulate(set, pkcs8, changed, nobleMlKem)).toEqual(rejected);
      }
    });

    it('another key gives another secret', () => {
      const { sharedSecret, ciphertext } = encapsulate(set, spki, engine);
      const other = decapsulate(set, generateMlKem(set), ciphertext, engine);
      expect(other).toHaveLength(32);
      expect(other).not.toEqual(sharedSecret);
    });
  });

  describe.each(engines)('decapsulated by %s', (_, engine) => {
    it('a ciphertext of another length gives nothing', () => {
      for (const length of [0, 1, ciphertextLength - 1, ciphertextLength + 1, 2 * ciphertextLength]) {
        expect(decapsulate(set, pkcs8, Buffer.alloc(length), engine)).toBeUndefined();
      }
    });

    it('any bytes of the right length give 32 bytes', () => {
      const junk = fc.uint8Array({ minLength: ciphertextLength, maxLength: ciphertextLength, size: 'max' });
      fc.assert(
        fc.property(junk, (bytes) => decapsulate(set, pkcs8, bytes, engine)?.length === 32),
        { numRuns: 10 },
      );
    });

    it('key and ciphertext stay as they were', () => {
      const { ciphertext } = encapsulate(set, spki, engine);
      const before = [pkcs8, spki, ciphertext].map((bytes) => Buffer.from(bytes));
      decapsulate(set, pkcs8, ciphertext, engine);
      expect([pkcs8, spki, ciphertext]).toEqual(before);
    });
  });

  it.each(engines)('throws a RangeError by %s on a public key with a number over the modulus', (_, engine) => {
    const outside = Buffer.from(spki).fill(0xff, 22, 25);
    const message = `public key: expected one of ${set}, got numbers out of range`;
    expect(() => encapsulate(set, outside, engine)).toThrow(new RangeError(message));
  });

  it('throws a RangeError on a key of another set, in another form, cut short or longer, without repeating it', () => {
    const other = generateMlKem(set === 'ML-KEM-512' ? 'ML-KEM-768' : 'ML-KEM-512');
    const loaded = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
    const expanded = loaded.export({ type: 'pkcs8', format: 'der' });
    const wrongPrivate = new RangeError(`private key: expected one of ${set}, got other bytes`);
    const ciphertext = Buffer.alloc(ciphertextLength);
    for (const key of [other, expanded, pkcs8.subarray(1), Buffer.concat([pkcs8, Buffer.of(0)]), spki]) {
      expect(() => decapsulate(set, key, ciphertext)).toThrow(wrongPrivate);
      expect(() => mlKemPublicKey(set, key)).toThrow(wrongPrivate);
    }
    const wrongPublic = new RangeError(`public key: expected one of ${set}, got other bytes`);
    for (const key of [spki.subarray(0, -1), Buffer.concat([spki, Buffer.of(0)]), pkcs8]) {
      expect(() => encapsulate(set, key)).toThrow(wrongPublic);
    }
  });
});
