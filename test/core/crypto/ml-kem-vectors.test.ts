import { ml_kem512, ml_kem768, ml_kem1024 } from '@noble/post-quantum/ml-kem.js';
import { describe, expect, it } from 'vitest';
import { decapsulate, encapsulate, mlKemPublicKey } from '../../../core/crypto/ml-kem.ts';
import {
  type MlKemEngine,
  type MlKemSet,
  mlKemSets,
  nativeMlKem,
  nobleMlKem,
} from '../../../core/crypto/ml-kem-engines.ts';
import { encodePublicKey, encodeSeed } from '../../../core/crypto/seed-key.ts';
import { describeVectors, hex, misjudged, type Wycheproof } from '../../vectors.ts';

const engines = [
  ['OpenSSL', nativeMlKem],
  ['noble', nobleMlKem],
] as const;
const noble = { 'ML-KEM-512': ml_kem512, 'ML-KEM-768': ml_kem768, 'ML-KEM-1024': ml_kem1024 };

const pkcs8Of = (set: MlKemSet, seed: string): Buffer => encodeSeed(mlKemSets[set], hex(seed));
const spkiOf = (set: MlKemSet, publicKey: string): Buffer => encodePublicKey(mlKemSets[set], hex(publicKey));

/** What throws a RangeError, as keys that are none do, is undefined. */
const orUndefined = <Result>(use: () => Result): Result | undefined => {
  try {
    return use();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

type Decaps = Wycheproof<object, { seed: string; ek?: string; c: string; K: string }>;
type Encaps = Wycheproof<object, { ek: string; m: string; c: string; K: string }>;
type KeyGen = Wycheproof<object, { seed: string; ek: string; dk: string }>;
type SemiExpanded = Wycheproof<object, { dk: string; c: string; K: string }>;

describe.each([
  ['ML-KEM-512', 193, 261],
  ['ML-KEM-768', 193, 265],
  ['ML-KEM-1024', 193, 269],
] as const)('%s', (set, decapsCount, encapsCount) => {
  const file = set.toLowerCase().replace('-', '').replace('-', '_');

  describeVectors<KeyGen>(`wycheproof/${file}_keygen_seed_test.json`, ({ testGroups }) => {
    const tests = testGroups.flatMap((group) => group.tests);

    it.each(engines)('gets the public keys from their seeds by %s', (_, engine) => {
      expect(tests).toHaveLength(100);
      const accepts = ({ seed, ek }: (typeof tests)[number]) =>
        mlKemPublicKey(set, pkcs8Of(set, seed), engine).equals(spkiOf(set, ek));
      expect(misjudged(tests, accepts)).toEqual([]);
    });
  });

  describeVectors<Decaps>(`wycheproof/${file}_test.json`, ({ testGroups }) => {
    const tests = testGroups.flatMap((group) => group.tests);

    it.each(engines)(
      'gets the shared secrets by %s, and none of ciphertexts or seeds of other lengths',
      (_, engine) => {
        expect(tests).toHaveLength(decapsCount);
        const accepts = ({ seed, c, K }: (typeof tests)[number]) =>
          orUndefined(() => decapsulate(set, pkcs8Of(set, seed), hex(c), engine))?.equals(hex(K)) ?? false;
        expect(misjudged(tests, accepts)).toEqual([]);
      },
    );
  });

  describeVectors<Encaps>(`wycheproof/${file}_encaps_test.json`, ({ testGroups }) => {
    const tests = testGroups.flatMap((group) => group.tests);

    it.each(engines)('takes by %s exactly the valid public keys', (_, engine) => {
      expect(tests).toHaveLength(encapsCount);
      const accepts = ({ ek }: (typeof tests)[number]) =>
        orUndefined(() => encapsulate(set, spkiOf(set, ek), engine)) !== undefined;
      expect(misjudged(tests, accepts)).toEqual([]);
    });

    it('has a second library that makes the very ciphertexts and secrets from the same dice', () => {
      for (const { ek, m, c, K } of tests.filter(({ result }) => result === 'valid')) {
        const made = noble[set].encapsulate(hex(ek), hex(m));
        expect(hex(c).equals(made.cipherText) && hex(K).equals(made.sharedSecret)).toBe(true);
      }
    });
  });

  // Keys without their seeds, which we neither make nor take: of the second library only.
  describeVectors<SemiExpanded>(`wycheproof/${file}_semi_expanded_decaps_test.json`, ({ testGroups }) => {
    it('has a second library that judges expanded keys as they say', () => {
      const tests = testGroups.flatMap((group) => group.tests);
      expect(tests).toHaveLength(9);
      const accepts = ({ dk, c, K }: (typeof tests)[number]) => {
        try {
          return hex(K).equals(noble[set].decapsulate(hex(c), hex(dk)));
        } catch {
          return false;
        }
      };
      expect(misjudged(tests, accepts)).toEqual([]);
    });
  });
});

interface AcvpTest {
  readonly tcId: number;
  readonly d?: string;
  readonly z?: string;
  readonly ek?: string;
  readonly dk?: string;
  readonly m?: string;
  readonly c?: string;
  readonly k?: string;
  readonly testPassed?: boolean;
}
interface AcvpGroup {
  readonly tgId: number;
  readonly parameterSet: MlKemSet;
  readonly function?: string;
  readonly dk?: string;
  readonly tests: readonly AcvpTest[];
}
interface VectorSet {
  readonly mode?: 'keyGen' | 'encapDecap';
  readonly testGroups: readonly AcvpGroup[];
}

const casesOf = (groups: readonly AcvpGroup[], asked?: string) =>
  groups
    .filter((group) => group.function === asked)
    .flatMap(({ parameterSet: set, dk, tests }) => tests.map((test) => ({ ...test, set, dk: test.dk ?? dk ?? '' })));
type Case = ReturnType<typeof casesOf>[number];

const makesTheKey = (engine: MlKemEngine, { set, d = '', z = '', ek = '', dk }: Case) => {
  expect(mlKemPublicKey(set, pkcs8Of(set, d + z), engine).equals(spkiOf(set, ek))).toBe(true);
  expect(hex(dk).equals(noble[set].keygen(hex(d + z)).secretKey)).toBe(true);
};

/** Our functions take the key; what comes out of given dice only the library under the fallback can be asked. */
const encapsulates = ({ set, ek = '', m = '', c = '', k = '' }: Case) => {
  for (const [, engine] of engines) expect(encapsulate(set, spkiOf(set, ek), engine).sharedSecret).toHaveLength(32);
  const made = noble[set].encapsulate(hex(ek), hex(m));
  expect(hex(c).equals(made.cipherText) && hex(k).equals(made.sharedSecret)).toBe(true);
};

const decapsulates = ({ set, dk, c = '', k = '' }: Case) =>
  expect(hex(k).equals(noble[set].decapsulate(hex(c), hex(dk)))).toBe(true);

describeVectors<VectorSet>('acvp/mlkem-keyGen-FIPS203.json', ({ testGroups }) => {
  it.each(engines)('makes the keys from their seeds by %s', (_, engine) => {
    expect(casesOf(testGroups)).toHaveLength(75);
    for (const each of casesOf(testGroups)) makesTheKey(engine, each);
  });
});

describeVectors<VectorSet>('acvp/mlkem-encapDecap-FIPS203.json', ({ testGroups }) => {
  it('encapsulates', () => {
    expect(casesOf(testGroups, 'encapsulation')).toHaveLength(75);
    for (const each of casesOf(testGroups, 'encapsulation')) encapsulates(each);
  });

  it('has a second library that decapsulates with expanded keys', () => {
    expect(casesOf(testGroups, 'decapsulation')).toHaveLength(30);
    for (const each of casesOf(testGroups, 'decapsulation')) decapsulates(each);
  });
});

describeVectors<readonly VectorSet[]>('acvp/boringssl-sample-ML-KEM.vectors.json', (asked) => {
  describeVectors<readonly VectorSet[]>('acvp/boringssl-sample-ML-KEM.expected.json', (expected) => {
    // The answers repeat the numbers of groups and tests.
    const groupsOf = (mode: 'keyGen' | 'encapDecap'): readonly AcvpGroup[] => {
      const index = asked.findIndex((vectorSet) => vectorSet.mode === mode);
      return (asked[index]?.testGroups ?? []).map((group) => {
        const answers = expected[index]?.testGroups.find(({ tgId }) => tgId === group.tgId)?.tests ?? [];
        const tests = group.tests.map((test) => ({ ...test, ...answers.find(({ tcId }) => tcId === test.tcId) }));
        return { ...group, tests };
      });
    };

    it('makes the keys, encapsulates and decapsulates', () => {
      const keys = casesOf(groupsOf('keyGen'));
      const [out, into] = ['encapsulation', 'decapsulation'].map((name) => casesOf(groupsOf('encapDecap'), name));
      expect([keys.length, out?.length, into?.length]).toEqual([2, 2, 2]);
      for (const each of keys) makesTheKey(nativeMlKem, each);
      out?.forEach(encapsulates);
      into?.forEach(decapsulates);
    });

    it.each(engines)('takes by %s exactly the public keys that pass the check', (_, engine) => {
      const checks = casesOf(groupsOf('encapDecap'), 'encapsulationKeyCheck');
      expect(checks).toHaveLength(2);
      for (const { set, ek = '', testPassed } of checks) {
        expect(orUndefined(() => encapsulate(set, spkiOf(set, ek), engine)) !== undefined).toBe(testPassed);
      }
    });
  });
});
