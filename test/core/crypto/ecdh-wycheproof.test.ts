import { createPrivateKey, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodeEcPrivateKey } from '../../../core/crypto/ec-der.ts';
import { curves, type EcCurve } from '../../../core/crypto/ec-key.ts';
import { deriveSharedSecret } from '../../../core/crypto/ecdh.ts';
import { describeVectors, hex, misjudged, type Wycheproof } from '../../vectors.ts';

// Apart from ecdh.test.ts, since P-521 needs seconds for them: so they run beside the others.

type Vectors = Wycheproof<{ curve: string }, { public: string; private: string; shared: string }>;

const load = (key: Buffer): KeyObject => createPrivateKey({ key, format: 'der', type: 'pkcs8' });

/** Loads private keys, which are numbers with or without leading zeros; a few of them serve for hundreds of tests. */
const loaderFor = (curve: EcCurve) => {
  const loaded = new Map<string, KeyObject>();
  return (number: string): KeyObject => {
    const digits = number.replace(/^(00)+/, '').padStart(2 * curves[curve].scalarLength, '0');
    const key = loaded.get(digits) ?? load(encodeEcPrivateKey(curve, hex(digits)) ?? Buffer.alloc(0));
    loaded.set(digits, key);
    return key;
  };
};

describe.each<[EcCurve, string, number, Record<string, number>]>([
  ['P-256', 'secp256r1', 612, { valid: 330, invalid: 52, acceptable: 230 }],
  ['P-384', 'secp384r1', 1047, { valid: 771, invalid: 46, acceptable: 230 }],
  ['P-521', 'secp521r1', 916, { valid: 632, invalid: 56, acceptable: 228 }],
  ['secp256k1', 'secp256k1', 752, { valid: 473, invalid: 49, acceptable: 230 }],
])('ECDH on %s', (curve, file, count, results) => {
  describeVectors<Vectors>(`wycheproof/ecdh_${file}_test.json`, ({ testGroups }) => {
    const tests = testGroups.flatMap((group) => group.tests);

    // Acceptable are compressed points, explicit parameters and ASN.1 that is not DER: `misjudged` wants them refused.
    it('derives the secret of the valid public keys, and none from the invalid and the acceptable', () => {
      expect(tests).toHaveLength(count);
      const counted = Object.keys(results).map((name) => [name, tests.filter(({ result }) => result === name).length]);
      expect(Object.fromEntries(counted)).toEqual(results);
      const privateKeyFrom = loaderFor(curve);
      const derives = (test: (typeof tests)[number]) => {
        const secret = deriveSharedSecret(privateKeyFrom(test.private), curve, hex(test.public));
        if (secret !== undefined) expect(secret.toString('hex')).toBe(test.shared);
        return secret !== undefined;
      };
      expect(misjudged(tests, derives)).toEqual([]);
    });
  });
});
