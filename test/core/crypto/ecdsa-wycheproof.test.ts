import { createHash, createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { EcCurve } from '../../../core/crypto/ec-key.ts';
import { type EcdsaScheme, verifyEcdsa } from '../../../core/crypto/ecdsa.ts';
import { describeVectors, hex, misjudged, type Wycheproof } from '../../vectors.ts';

// Apart from ecdsa.test.ts, since noble needs seconds for them: so they run beside the others.

type Vectors = Wycheproof<{ publicKeyDer: string }, { msg: string; sig: string }>;
type Group = Vectors['testGroups'][number];

const kinds = ['RAW', 'DIGEST'] as const;

const verifies = (scheme: EcdsaScheme, kind: 'RAW' | 'DIGEST', { publicKeyDer }: Group) => {
  const key = createPublicKey({ key: hex(publicKeyDer), format: 'der', type: 'spki' });
  return ({ msg, sig }: Group['tests'][number]) => {
    const message = kind === 'RAW' ? hex(msg) : createHash(scheme.hash).update(hex(msg)).digest();
    return verifyEcdsa(scheme, key, message, kind, hex(sig));
  };
};

describe.each<[EcCurve, EcdsaScheme['hash'], string, number]>([
  ['P-256', 'sha256', 'secp256r1_sha256', 484],
  ['P-384', 'sha384', 'secp384r1_sha384', 504],
  ['P-521', 'sha512', 'secp521r1_sha512', 542],
  ['secp256k1', 'sha256', 'secp256k1_sha256', 476],
])('ECDSA on %s', (curve, hash, file, count) => {
  describeVectors<Vectors>(`wycheproof/ecdsa_${file}_test.json`, ({ testGroups }) => {
    it.each(kinds)(
      'accepts over %s exactly the valid signatures',
      (kind) => {
        expect(testGroups.flatMap(({ tests }) => tests)).toHaveLength(count);
        const wrong = testGroups.flatMap((group) => misjudged(group.tests, verifies({ curve, hash }, kind, group)));
        expect(wrong).toEqual([]);
      },
      120_000, // a busy machine needs its time for P-521
    );
  });
});

describeVectors<Vectors>('wycheproof/ecdsa_secp256k1_sha256_bitcoin_test.json', ({ testGroups }) => {
  it.each(kinds)('judges over %s as they say, but takes the upper half of s', (kind) => {
    const scheme = { curve: 'secp256k1', hash: 'sha256' } as const;
    const wrong = testGroups.flatMap((group) => misjudged(group.tests, verifies(scheme, kind, group)));
    expect(wrong).toEqual([
      '1 should be invalid: Signature malleability',
      '388 should be invalid: edge case for signature malleability',
    ]);
  });
});
