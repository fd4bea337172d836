import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateMlDsa, mlDsaPublicKey, signMlDsa, verifyMlDsa } from '../../../core/crypto/ml-dsa.ts';
import { mlDsaEngine, mlDsaSets, nativeMlDsa, nobleMlDsa } from '../../../core/crypto/ml-dsa-engines.ts';

const sets = ['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'] as const;
const noble = { 'ML-DSA-44': ml_dsa44, 'ML-DSA-65': ml_dsa65, 'ML-DSA-87': ml_dsa87 };
const engines = [
  ['OpenSSL', nativeMlDsa],
  ['noble', nobleMlDsa],
] as const;

const message = Buffer.from('a message');
const shake = (...parts: Uint8Array[]) =>
  createHash('shake256', { outputLength: 64 }).update(Buffer.concat(parts)).digest();

it('uses OpenSSL, which this Node.js has', () => {
  expect(mlDsaEngine).toBe(nativeMlDsa);
});

describe.each(sets)('%s', (set) => {
  const { publicKeyLength, signatureLength } = mlDsaSets[set];
  const pkcs8 = generateMlDsa(set);
  const spki = mlDsaPublicKey(set, pkcs8);
  const mu = shake(shake(spki.subarray(-publicKeyLength)), Buffer.of(0, 0), message);
  const input = { RAW: message, EXTERNAL_MU: mu };

  it('generates 54 bytes of PKCS#8 with the seed alone, which OpenSSL loads, another one each time', () => {
    expect(pkcs8).toHaveLength(54);
    const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
    expect(key.asymmetricKeyType).toBe(set.toLowerCase());
    expect(key.export({ format: 'raw-seed' })).toEqual(pkcs8.subarray(-32));
    expect(generateMlDsa(set)).not.toEqual(pkcs8);
  });

  it.each(engines)('gets the same public key by %s, as SubjectPublicKeyInfo', (_, engine) => {
    const made = mlDsaPublicKey(set, pkcs8, engine);
    expect(made).toEqual(spki);
    const key = createPublicKey({ key: made, format: 'der', type: 'spki' });
    expect(key.export({ type: 'spki', format: 'der' })).toEqual(made);
    expect(made.subarray(-publicKeyLength)).toEqual(Buffer.from(noble[set].keygen(pkcs8.subarray(-32)).publicKey));
  });

  describe.each(engines)('signed by %s', (_, engine) => {
    it.each([
      ['RAW', 'RAW'],
      ['RAW', 'EXTERNAL_MU'],
      ['EXTERNAL_MU', 'RAW'],
      ['EXTERNAL_MU', 'EXTERNAL_MU'],
    ] as const)('as %s verifies as %s, by either engine', async (signed, verified) => {
      const signature = await signMlDsa(set, pkcs8, input[signed], signed, engine);
      expect(signature).toHaveLength(signatureLength);
      for (const [, other] of engines) {
        expect(verifyMlDsa(set, spki, input[verified], verified, signature, other)).toBe(true);
      }
    });

    it.each(['RAW', 'EXTERNAL_MU'] as const)('over %s is hedged: never twice the same', async (kind) => {
      const signature = () => signMlDsa(set, pkcs8, input[kind], kind, engine);
      expect(await signature()).not.toEqual(await signature());
    });

    it('has an empty context', async () => {
      const signature = await signMlDsa(set, pkcs8, message, 'RAW', engine);
      const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
      expect(verify(null, message, { key: publicKey, context: Buffer.alloc(0) }, signature)).toBe(true);
      expect(verify(null, message, { key: publicKey, context: Buffer.of(0) }, signature)).toBe(false);
      const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
      const elsewhere = sign(null, message, { key: privateKey, context: Buffer.from('elsewhere') });
      expect(verifyMlDsa(set, spki, message, 'RAW', elsewhere, engine)).toBe(false);
    });

    it.each(['RAW', 'EXTERNAL_MU'] as const)(
      'over %s is refused with other bytes, message, key or length',
      async (kind) => {
        const signature = await signMlDsa(set, pkcs8, input[kind], kind, engine);
        const verifies = (changed: Buffer) => verifyMlDsa(set, spki, input[kind], kind, changed, engine);
        expect(verifies(signature)).toBe(true);
        for (let index = 0; index < signature.length; index += 331) {
          const changed = Buffer.from(signature);
          changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
          expect(verifies(changed)).toBe(false);
        }
        for (const other of [Buffer.alloc(0), signature.subarray(1), Buffer.concat([signature, Buffer.of(0)])]) {
          expect(verifies(other)).toBe(false);
        }
        expect(verifyMlDsa(set, spki, shake(input[kind]), kind, signature, engine)).toBe(false);
        const another = mlDsaPublicKey(set, generateMlDsa(set));
        expect(verifyMlDsa(set, another, input[kind], kind, signature, engine)).toBe(false);
      },
    );

    it('takes 64 bytes as a message or as µ, which are not the same', async () => {
      const signature = await signMlDsa(set, pkcs8, mu, 'RAW', engine);
      expect(verifyMlDsa(set, spki, mu, 'RAW', signature, engine)).toBe(true);
      expect(verifyMlDsa(set, spki, mu, 'EXTERNAL_MU', signature, engine)).toBe(false);
    });
  });

  it('signs messages of any length', async () => {
    for (const length of [0, 1, 4096]) {
      const long = Buffer.alloc(length, 7);
      expect(verifyMlDsa(set, spki, long, 'RAW', await signMlDsa(set, pkcs8, long, 'RAW'), nobleMlDsa)).toBe(true);
    }
  });

  it('leaves key and message as they were', async () => {
    const before = [pkcs8, mu, message].map((bytes) => Buffer.from(bytes));
    for (const [, engine] of engines) {
      await signMlDsa(set, pkcs8, mu, 'EXTERNAL_MU', engine);
      await signMlDsa(set, pkcs8, message, 'RAW', engine);
    }
    expect([pkcs8, mu, message]).toEqual(before);
  });

  it.each([0, 63, 65])('throws a RangeError on a µ of %i bytes', async (length) => {
    const wrong = new RangeError(`message: expected 64 bytes, got ${length}`);
    const short = Buffer.alloc(length);
    await expect(signMlDsa(set, pkcs8, short, 'EXTERNAL_MU')).rejects.toThrow(wrong);
    expect(() => verifyMlDsa(set, spki, short, 'EXTERNAL_MU', Buffer.alloc(signatureLength))).toThrow(wrong);
  });

  it('throws a RangeError on a key of another set, in another form, cut short or longer, without repeating it', async () => {
    const other = generateMlDsa(set === 'ML-DSA-44' ? 'ML-DSA-65' : 'ML-DSA-44');
    const expanded = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).export({
      type: 'pkcs8',
      format: 'der',
    });
    const wrongPrivate = new RangeError(`private key: expected one of ${set}, got other bytes`);
    const longer = Buffer.concat([pkcs8, Buffer.of(0)]);
    for (const key of [other, expanded, pkcs8.subarray(1), longer, spki, Buffer.alloc(0)]) {
      await expect(signMlDsa(set, key, message, 'RAW')).rejects.toThrow(wrongPrivate);
      expect(() => mlDsaPublicKey(set, key)).toThrow(wrongPrivate);
    }
    const wrongPublic = new RangeError(`public key: expected one of ${set}, got other bytes`);
    for (const key of [spki.subarray(0, -1), Buffer.concat([spki, Buffer.of(0)]), pkcs8]) {
      expect(() => verifyMlDsa(set, key, message, 'RAW', Buffer.alloc(signatureLength))).toThrow(wrongPublic);
    }
  });

  it.each(engines)('answers false by %s to any bytes whatever', (_, engine) => {
    const junk = fc.uint8Array({ minLength: signatureLength, maxLength: signatureLength, size: 'max' });
    const refuses = (bytes: Uint8Array) => !verifyMlDsa(set, spki, message, 'RAW', bytes, engine);
    fc.assert(fc.property(junk, refuses), { numRuns: 5 });
  });
});
