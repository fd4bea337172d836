import { isRegion, partitionOf } from './arn.ts';
import { type DataKeyPairSpec, dataKeyPairSpecs } from './data-key.ts';
import { type KeySpecFacts, keySpecs } from './key-specs.ts';

/**
 * How often an account may call in one Region: requests a second, by the name of what they are counted into, which is
 * that of Service Quotas without "request rate".
 * https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html
 */
export type RequestQuotas = Readonly<Record<string, number>>;

type Row = readonly [perSecond: number, ...counted: string[]];
const fromRows = (rows: readonly Row[]): RequestQuotas =>
  Object.fromEntries(rows.flatMap(([perSecond, ...counted]) => counted.map((name) => [name, perSecond])));

/** The operations that share a quota by the kind of the key. */
const cryptographicOperations: readonly string[] = [
  ...['Decrypt', 'Encrypt', 'ReEncrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext', 'GenerateRandom'],
  ...['Sign', 'Verify', 'GenerateMac', 'VerifyMac', 'DeriveSharedSecret', 'Encapsulate', 'Decapsulate'],
];
type Kind = 'symmetric' | 'RSA' | 'ECC' | 'ML_DSA' | 'ML_KEM';
const cryptographic = (kind: Kind) => `Cryptographic operations (${kind})`;

const kindOfFamily: Readonly<Record<KeySpecFacts['family'], Kind>> = {
  symmetric: 'symmetric',
  hmac: 'symmetric',
  rsa: 'RSA',
  ec: 'ECC',
  ed25519: 'ECC',
  sm2: 'ECC',
  'ml-dsa': 'ML_DSA',
  'ml-kem': 'ML_KEM',
};

/** An algorithm is of keys of one kind alone: a request tells its kind before its key is looked for. */
const kindOfAlgorithm: ReadonlyMap<string, Kind> = new Map(
  Object.values(keySpecs).flatMap(({ algorithms, family }) =>
    Object.values(algorithms)
      .flat()
      .map((name) => [name, kindOfFamily[family]] as const),
  ),
);

/** The operations that share a quota by the spec of the pair. */
const pairOperations: readonly string[] = ['GenerateDataKeyPair', 'GenerateDataKeyPairWithoutPlaintext'];
const pairOf = (spec: DataKeyPairSpec) => `GenerateDataKeyPair (${spec})`;

const everywhere = fromRows([
  [10_000, cryptographic('symmetric')],
  [1000, cryptographic('RSA'), cryptographic('ECC'), cryptographic('ML_DSA')],
  [1000, cryptographic('ML_KEM')], // AWS prints no number for it, nor for its pairs
  [100, ...dataKeyPairSpecs.map(pairOf)],
  [25, pairOf('SM2')],
  [20, pairOf('RSA_2048')],
  [4, pairOf('RSA_3072')],
  [1, pairOf('RSA_4096')],
  [2000, 'DescribeKey', 'GetPublicKey', 'ListResourceTags'],
  [1000, 'GetKeyPolicy', 'GetKeyRotationStatus'],
  [500, 'ListAliases', 'ListKeys'],
  [100, 'ListGrants', 'ListKeyPolicies', 'ListKeyRotations', 'ListRetirableGrants'],
  [50, 'CreateGrant', 'RetireGrant', 'RevokeGrant'],
  [15, 'DeleteAlias', 'DeleteImportedKeyMaterial', 'EnableKeyRotation', 'ImportKeyMaterial'],
  [15, 'PutKeyPolicy', 'ScheduleKeyDeletion'],
  [10, 'TagResource'],
  [5, 'CancelKeyDeletion', 'CreateAlias', 'CreateKey', 'DisableKey', 'DisableKeyRotation', 'EnableKey'],
  [5, 'GetKeyLastUsage', 'ReplicateKey', 'RotateKeyOnDemand', 'UntagResource', 'UpdateAlias'],
  [5, 'UpdateKeyDescription', 'UpdatePrimaryRegion'],
  [5, 'ConnectCustomKeyStore', 'CreateCustomKeyStore', 'DeleteCustomKeyStore', 'DescribeCustomKeyStores'],
  [5, 'DisconnectCustomKeyStore', 'UpdateCustomKeyStore'],
  [1, 'GetParametersForImport'],
]);

const inLargestRegions = fromRows([[100_000, cryptographic('symmetric')]]);
const inLargeRegions = fromRows([[20_000, cryptographic('symmetric')]]);
const inChina = fromRows([
  [1, pairOf('RSA_2048')],
  [0.5, pairOf('RSA_3072')],
  [0.1, pairOf('RSA_4096')],
]);
const largestRegions: readonly string[] = ['us-east-1', 'us-west-2', 'eu-west-1'];
const largeRegions: readonly string[] = [
  ...['us-east-2', 'ap-southeast-1', 'ap-southeast-2', 'ap-northeast-1', 'eu-central-1', 'eu-west-2'],
];

/** What AWS gives every account in a Region. */
export const awsRequestQuotas = (region: string): RequestQuotas => ({
  ...everywhere,
  ...(largestRegions.includes(region) && inLargestRegions),
  ...(largeRegions.includes(region) && inLargeRegions),
  ...(partitionOf(region) === 'aws-cn' && inChina),
});

/** What a request tells of itself. */
export interface CountedRequest {
  readonly operation: string;
  readonly region: string;
  /** Those by which it uses its keys. */
  readonly algorithms: readonly string[];
  readonly keyPairSpec?: string | undefined;
  /** Of a request that concerns another Region too. */
  readonly otherRegion?: string | undefined;
}

/** How much a request takes from a quota of a Region. */
export interface Charge {
  readonly region: string;
  readonly quota: string;
  readonly times: number;
}

/** One, unless the request uses keys of two kinds or concerns two Regions. None for a value that nobody knows. */
export const chargesOf = (request: CountedRequest): readonly Charge[] => {
  const { operation, region, otherRegion } = request;
  const here = countedInto(request).map((quota) => ({ region, quota, times: 1 }));
  const there = countedElsewhere[operation];
  const isThere = there !== undefined && otherRegion !== undefined && otherRegion !== region && isRegion(otherRegion);
  return isThere ? [...here, { region: otherRegion, ...there }] : here;
};

const countedInto = ({ operation, algorithms, keyPairSpec }: CountedRequest): readonly string[] => {
  if (pairOperations.includes(operation)) return dataKeyPairSpecs.filter((spec) => spec === keyPairSpec).map(pairOf);
  if (!cryptographicOperations.includes(operation)) return [operation];
  if (algorithms.length === 0) return [cryptographic('symmetric')]; // GenerateRandom
  return [...new Set(algorithms.flatMap((name) => kindOfAlgorithm.get(name) ?? []))].map(cryptographic);
};

/** In the other Region: the new key, which KMS tries before it makes it, or the other half of a change of primary. */
const countedElsewhere: Readonly<Record<string, { readonly quota: string; readonly times: number } | undefined>> = {
  ReplicateKey: { quota: 'CreateKey', times: 2 },
  UpdatePrimaryRegion: { quota: 'UpdatePrimaryRegion', times: 1 },
};
