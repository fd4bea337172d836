import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type MlDsaMessageKind, mlDsaPublicKey, signMlDsa, verifyMlDsa } from '../../../core/crypto/ml-dsa.ts';
import { type MlDsaEngine, mlDsaSets, nativeMlDsa, nobleMlDsa } from '../../../core/crypto/ml-dsa-engines.ts';
import { encodePublicKey, encodeSeed } from '../../../core/crypto/seed-key.ts';
import { describeVectors, hex, misjudged, type Wycheproof, type WycheproofTest } from '../../vectors.ts';

interface Test {
  readonly msg?: string;
  /** Where there is no message, the vector is about µ alone. */
  readonly mu?: string;
  readonly ctx?: string;
  readonly sig: string;
}
type Verify = Wycheproof<{ publicKey: string; publicKeyDer: string }, Test>;
type Seeds = Wycheproof<{ privateSeed: string; privateKeyPkcs8?: string; publicKey: string | null }, Test>;
type Keys = Wycheproof<{ publicKey: string | null }, Test>;

const engines = [
  ['OpenSSL', nativeMlDsa],
  ['noble', nobleMlDsa],
] as const;

const shake = (...parts: Uint8Array[]) =>
  createHash('shake256', { outputLength: 64 }).update(Buffer.concat(parts)).digest();

/** µ of a message with an empty context. */
const muOf = (publicKey: string, message: Buffer): Buffer => shake(shake(hex(publicKey)), Buffer.of(0, 0), message);

// Our context is always empty, so a valid signature with another one has to be refused.
const forUs = <T extends Test & WycheproofTest>(test: T): T =>
  (test.ctx ?? '') === '' ? test : { ...test, result: 'invalid' };

/** A key that is none counts as a signature refused. */
const orRefused = (verify: () => boolean): boolean => {
  try {
    return verify();
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};

describe.each([
  ['ML-DSA-44', 180, 86, 73],
  ['ML-DSA-65', 210, 105, 78],
  ['ML-DSA-87', 241, 96, 69],
] as const)('%s', (set, verifyCount, seedCount, keyCount) => {
  const file = set.toLowerCase().replace('-', '').replace('-', '_');

  const verifies = (publicKey: string, spki: Buffer, kind: MlDsaMessageKind, engine: MlDsaEngine) => (test: Test) => {
    if (test.msg === undefined || kind === 'EXTERNAL_MU') {
      const mu = test.msg === undefined ? hex(test.mu ?? '') : muOf(publicKey, hex(test.msg));
      return orRefused(() => verifyMlDsa(set, spki, mu, 'EXTERNAL_MU', hex(test.sig), engine));
    }
    const message = hex(test.msg);
    return orRefused(() => verifyMlDsa(set, spki, message, 'RAW', hex(test.sig), engine));
  };

  describeVectors<Verify>(`wycheproof/${file}_verify_test.json`, ({ testGroups }) => {
    // noble needs seconds for all of them, and computes the same for either kind.
    const slow = set === 'ML-DSA-44' ? ([['noble', 'RAW', nobleMlDsa]] as const) : [];
    it.each([['OpenSSL', 'RAW', nativeMlDsa], ['noble', 'EXTERNAL_MU', nativeMlDsa], ...slow] as const)(
      'accepts by %s over %s exactly the valid signatures without a context',
      (_, kind, engine) => {
        expect(testGroups.flatMap(({ tests }) => tests)).toHaveLength(verifyCount);
        const wrong = testGroups.flatMap(({ publicKey, publicKeyDer, tests }) =>
          misjudged(tests.map(forUs), verifies(publicKey, hex(publicKeyDer), kind, engine)),
        );
        expect(wrong).toEqual([]);
      },
    );
  });

  describeVectors<Seeds>(`wycheproof/${file}_sign_seed_test.json`, ({ testGroups }) => {
    const groups = testGroups.filter(({ publicKey }) => publicKey !== null);

    it('is loaded from the seed, in our own form', () => {
      expect(testGroups.flatMap(({ tests }) => tests)).toHaveLength(seedCount);
      expect(groups.length).toBeGreaterThanOrEqual(25);
      expect(groups.filter(({ privateKeyPkcs8 }) => privateKeyPkcs8 !== undefined).length).toBeGreaterThanOrEqual(5);
      for (const { privateSeed, privateKeyPkcs8, publicKey } of groups) {
        const pkcs8 = encodeSeed(mlDsaSets[set], hex(privateSeed));
        expect(pkcs8.toString('hex')).toBe(privateKeyPkcs8 ?? pkcs8.toString('hex')); // not all groups have it
        const spki = encodePublicKey(mlDsaSets[set], hex(publicKey ?? ''));
        for (const [, engine] of engines) expect(mlDsaPublicKey(set, pkcs8, engine).equals(spki)).toBe(true);
      }
      for (const { privateSeed } of testGroups.filter(({ publicKey }) => publicKey === null)) {
        expect(() => encodeSeed(mlDsaSets[set], hex(privateSeed))).toThrow(RangeError);
      }
    });

    it('makes signatures for its messages and µ which the other engine accepts', async () => {
      for (const [index, { privateSeed, publicKey, tests }] of groups.entries()) {
        const { msg, mu } = tests[0] ?? {};
        const kind = msg === undefined ? 'EXTERNAL_MU' : 'RAW';
        const input = hex(msg ?? mu ?? '');
        const [signer, verifier] = index % 4 > 0 ? [nativeMlDsa, nobleMlDsa] : [nobleMlDsa, nativeMlDsa];
        const signature = await signMlDsa(set, encodeSeed(mlDsaSets[set], hex(privateSeed)), input, kind, signer);
        const spki = encodePublicKey(mlDsaSets[set], hex(publicKey ?? ''));
        expect(verifyMlDsa(set, spki, input, kind, signature, verifier)).toBe(true);
      }
    });
  });

  describe.each([
    ['seed', seedCount],
    ['noseed', keyCount],
  ])('signatures by %s', (form, count) => {
    describeVectors<Keys>(`wycheproof/${file}_sign_${form}_test.json`, ({ testGroups }) => {
      it('are accepted where they are valid and without a context', () => {
        expect(testGroups.flatMap(({ tests }) => tests)).toHaveLength(count);
        const wrong = testGroups.flatMap(({ publicKey, tests }) => {
          if (publicKey === null) return [];
          const spki = encodePublicKey(mlDsaSets[set], hex(publicKey));
          return misjudged(tests.map(forUs), verifies(publicKey, spki, 'RAW', nativeMlDsa));
        });
        expect(wrong).toEqual([]);
      });
    });
  });
});
