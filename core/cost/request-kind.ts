import { dataKeyPairSpecs } from '../model/data-key.ts';
import { type KeySpec, keySpecNames, specOf } from '../model/key-specs.ts';
import type { RequestKind } from './prices.ts';

/** Operations that cost more when they use an asymmetric key; on such a key all others are management. */
const onAsymmetricKeys: readonly string[] = [
  ...['Encrypt', 'Decrypt', 'ReEncrypt', 'Sign', 'Verify', 'GetPublicKey', 'DeriveSharedSecret'],
  ...['Encapsulate', 'Decapsulate'],
];

/** What a request tells of itself, as far as it does. */
export interface PricedRequest {
  readonly operation: string;
  /** Of the keys it uses, where they are known. */
  readonly keySpecs: readonly string[];
  readonly algorithms: readonly string[];
  readonly keyPairSpec?: string | undefined;
}

/** As what a request is charged. Where only the algorithm is known, RSA is taken for the smallest, which is the cheapest. */
export const kindOfRequest = ({ operation, keySpecs, algorithms, keyPairSpec }: PricedRequest): RequestKind => {
  if (operation.startsWith('GenerateDataKeyPair') && dataKeyPairSpecs.some((spec) => spec === keyPairSpec)) {
    return keyPairSpec?.startsWith('RSA') ? 'RSA data key pairs' : 'other data key pairs';
  }
  const specs = keySpecs.length > 0 ? keySpecNames.filter((spec) => keySpecs.includes(spec)) : specsOf(algorithms);
  const spec = specs.find((one) => specOf(one).type === 'asymmetric');
  if (spec === undefined || !onAsymmetricKeys.includes(operation)) return 'symmetric, HMAC and management';
  return spec === 'RSA_2048' ? 'RSA_2048 keys' : 'other asymmetric keys';
};

const specsOf = (algorithms: readonly string[]): readonly KeySpec[] =>
  keySpecNames.filter((spec) =>
    Object.values(specOf(spec).algorithms)
      .flat()
      .some((name) => algorithms.includes(name)),
  );
