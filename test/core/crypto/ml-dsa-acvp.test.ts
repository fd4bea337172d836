import { createHash } from 'node:crypto';
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js';
import { describe, expect, it } from 'vitest';
import { mlDsaPublicKey, verifyMlDsa } from '../../../core/crypto/ml-dsa.ts';
import { type MlDsaSet, mlDsaSets, nativeMlDsa, nobleMlDsa } from '../../../core/crypto/ml-dsa-engines.ts';
import { encodePublicKey, encodeSeed } from '../../../core/crypto/seed-key.ts';
import { describeVectors, hex } from '../../vectors.ts';

interface Test {
  readonly tcId: number;
  readonly seed: string;
  readonly pk?: string | undefined;
  readonly sk: string;
  readonly message?: string;
  readonly mu?: string;
  readonly rnd?: string;
  readonly signature: string;
  readonly testPassed?: boolean;
}
interface Group {
  readonly tgId: number;
  readonly parameterSet: MlDsaSet;
  /** Shared by all tests of a group, in the sets of sigVer. */
  readonly pk?: string;
  readonly tests: readonly Test[];
}
interface VectorSet {
  readonly mode?: 'keyGen' | 'sigGen' | 'sigVer';
  readonly testGroups: readonly Group[];
}

const noble = { 'ML-DSA-44': ml_dsa44, 'ML-DSA-65': ml_dsa65, 'ML-DSA-87': ml_dsa87 };
const shake = (...parts: Uint8Array[]) =>
  createHash('shake256', { outputLength: 64 }).update(Buffer.concat(parts)).digest();
const spkiOf = (set: MlDsaSet, publicKey: Uint8Array) => encodePublicKey(mlDsaSets[set], publicKey);

/** Each test with the set of its group. */
const casesOf = ({ testGroups }: VectorSet) =>
  testGroups.flatMap(({ parameterSet, pk, tests }) =>
    tests.map((test) => ({ ...test, pk: pk ?? test.pk, set: parameterSet })),
  );
type Case = ReturnType<typeof casesOf>[number];

// These vectors are for the internal interface, which signs a message without the context before it. What it signs is a
// µ all the same, so they go through EXTERNAL_MU.
const muOf = (publicKey: Uint8Array, { mu, message }: Case): Buffer =>
  mu === undefined ? shake(shake(publicKey), hex(message ?? '')) : hex(mu);

const makesTheKeys = (cases: readonly Case[]) => {
  for (const { set, seed, pk, sk } of cases) {
    const pkcs8 = encodeSeed(mlDsaSets[set], hex(seed));
    for (const engine of [nativeMlDsa, nobleMlDsa]) {
      expect(mlDsaPublicKey(set, pkcs8, engine).equals(spkiOf(set, hex(pk ?? '')))).toBe(true);
    }
    expect(hex(sk).equals(noble[set].keygen(hex(seed)).secretKey)).toBe(true);
  }
};

/** The signatures hold through our functions, and the library under EXTERNAL_MU makes the same from the same dice. */
const holdsAndMakes = (cases: readonly Case[]) => {
  for (const test of cases) {
    const publicKey = noble[test.set].getPublicKey(hex(test.sk));
    const mu = muOf(publicKey, test);
    expect(verifyMlDsa(test.set, spkiOf(test.set, publicKey), mu, 'EXTERNAL_MU', hex(test.signature))).toBe(true);
    const extraEntropy = test.rnd === undefined ? false : hex(test.rnd);
    const made = noble[test.set].internal.sign(mu, hex(test.sk), { externalMu: true, extraEntropy });
    expect(hex(test.signature).equals(made)).toBe(true);
  }
};

const judges = (cases: readonly Case[]) =>
  cases.filter((test) => {
    const publicKey = hex(test.pk ?? '');
    const accepted = verifyMlDsa(
      test.set,
      spkiOf(test.set, publicKey),
      muOf(publicKey, test),
      'EXTERNAL_MU',
      hex(test.signature),
    );
    return accepted !== test.testPassed;
  });

describeVectors<VectorSet>('acvp/mldsa-keyGen-FIPS204.json', (vectors) => {
  it('makes the keys from their seeds, by both engines', () => {
    expect(casesOf(vectors)).toHaveLength(75);
    makesTheKeys(casesOf(vectors));
  });
});

describeVectors<VectorSet>('acvp/mldsa-sigGen-FIPS204.json', (vectors) => {
  it('accepts the signatures, and the library makes them', () => {
    expect(casesOf(vectors)).toHaveLength(60);
    holdsAndMakes(casesOf(vectors));
  });
});

describeVectors<VectorSet>('acvp/mldsa-sigVer-FIPS204.json', (vectors) => {
  it('judges the signatures as they say', () => {
    expect(casesOf(vectors)).toHaveLength(45);
    expect(casesOf(vectors).filter(({ testPassed }) => testPassed)).toHaveLength(9);
    expect(judges(casesOf(vectors))).toEqual([]);
  });
});

describeVectors<readonly VectorSet[]>('acvp/boringssl-sample-ML-DSA.vectors.json', (asked) => {
  describeVectors<readonly VectorSet[]>('acvp/boringssl-sample-ML-DSA.expected.json', (expected) => {
    // The answers repeat the numbers of groups and tests; ACVP writes digits in either case.
    const of = (mode: 'keyGen' | 'sigGen' | 'sigVer'): Case[] => {
      const index = asked.findIndex((vectorSet) => vectorSet.mode === mode);
      const [questions, answers] = [asked[index], expected[index]];
      return (questions?.testGroups ?? []).flatMap((group) => {
        const answered = answers?.testGroups.find(({ tgId }) => tgId === group.tgId)?.tests ?? [];
        return group.tests.flatMap((test) =>
          answered
            .filter(({ tcId }) => tcId === test.tcId)
            .map((answer) => ({ ...test, ...answer, pk: answer.pk ?? test.pk, set: group.parameterSet })),
        );
      });
    };

    describe('with external µ and without', () => {
      it('makes the keys', () => {
        expect(of('keyGen')).toHaveLength(3);
        makesTheKeys(of('keyGen'));
      });

      it('accepts the signatures, and the library makes them', () => {
        expect(of('sigGen')).toHaveLength(18);
        expect(of('sigGen').filter(({ mu }) => mu !== undefined)).toHaveLength(6);
        holdsAndMakes(of('sigGen'));
      });

      it('judges the signatures', () => {
        expect(of('sigVer')).toHaveLength(6);
        expect(judges(of('sigVer'))).toEqual([]);
      });
    });
  });
});
