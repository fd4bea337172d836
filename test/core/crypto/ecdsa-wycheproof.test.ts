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

const misjudgedBy = async (scheme: EcdsaScheme, kind: 'RAW' | 'DIGEST', groups: readonly Group[]) => {
  const wrong = groups.map(async (group) => {
    const verify = verifies(scheme, kind, group);
    const accepted = new Map(await Promise.all(group.tests.map(async (test) => [test, await verify(test)] as const)));
    return misjudged(group.tests, (test) => accepted.get(test) === true);
  });
  return (await Promise.all(wrong)).flat();
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
      async (kind) => {
        expect(testGroups.flatMap(({ tests }) => tests)).toHaveLength(count);
        expect(await misjudgedBy({ curve, hash }, kind, testGroups)).toEqual([]);
      },
      120_000, // a busy machine needs its time for P-521
    );
  });
});

describeVectors<Vectors>('wycheproof/ecdsa_secp256k1_sha256_bitcoin_test.json', ({ testGroups }) => {
  it.each(kinds)('judges over %s as they say, but takes the upper half of s', async (kind) => {
    const scheme = { curve: 'secp256k1', hash: 'sha256' } as const;
    expect(await misjudgedBy(scheme, kind, testGroups)).toEqual([
      '1 should be invalid: Signature malleability',
      '388 should be invalid: edge case for signature malleability',
    ]);
  });
});
