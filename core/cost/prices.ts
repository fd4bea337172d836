/**
 * List prices in US dollars, without tax: those of us-east-1, which are those of most commercial Regions. For estimates;
 * no behaviour of the API depends on them. All prices of the project are here, and nowhere else.
 */

/** When the pages below, or public copies of them, last said so. */
export const pricesSeen = '2026-06';

export interface Price {
  readonly usd: number;
  /** What so many of cost it. */
  readonly per: number;
}

const per = (usd: number, amount: number): Price => ({ usd, per: amount });
const million = 1_000_000;

/** What a number of something costs. */
export const cost = (price: Price, amount: number): number => (amount / price.per) * price.usd;

/** https://aws.amazon.com/kms/pricing/ */
export const kmsPrices = {
  page: 'https://aws.amazon.com/kms/pricing/',
  /** A month of a customer managed key of any kind, replicas too; by the hour. Free while it is scheduled for deletion. */
  key: per(1, 1),
  /** A month after a rotation, on top; since May 2024 only for the first so many rotations of a key. */
  rotation: per(1, 1),
  chargedRotations: 2,
  /** A month, of an account, over all Regions. */
  freeRequests: 20_000,
  requests: {
    'symmetric, HMAC and management': { price: per(0.03, 10_000), hasFree: true },
    'RSA_2048 keys': { price: per(0.03, 10_000), hasFree: false },
    // AWS names RSA_3072, RSA_4096 and ECC; no figure was found for the others, so they are taken for such.
    'other asymmetric keys': { price: per(0.15, 10_000), hasFree: false },
    'RSA data key pairs': { price: per(12, 10_000), hasFree: false },
    // No figure was found for pairs of SM2 and ML-KEM.
    'other data key pairs': { price: per(0.1, 10_000), hasFree: false },
  },
} as const satisfies Record<string, Price | number | string | Record<string, { price: Price; hasFree: boolean }>>;

export type RequestKind = keyof typeof kmsPrices.requests;
export const requestKinds = Object.keys(kmsPrices.requests) as readonly RequestKind[]; // Object.keys forgets the literal names

/** Of the services that the stack consists of. Free tiers are left out: an account has each once, for all that is in it. */
export const stackPrices = {
  'API Gateway': {
    page: 'https://aws.amazon.com/api-gateway/pricing/',
    /** REST API, the first 333 million a month. */
    request: per(3.5, million),
  },
  Lambda: {
    page: 'https://aws.amazon.com/lambda/pricing/',
    request: per(0.2, million),
    /** On ARM. */
    gigabyteSecond: per(0.0000133334, 1),
  },
  DynamoDB: {
    page: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    /** On demand: a strongly consistent read of up to 4 KB, a write of up to 1 KB. */
    read: per(0.125, million),
    write: per(0.625, million),
    /** A month, with point-in-time recovery. */
    gigabyte: per(0.25 + 0.2, 1),
  },
  SQS: {
    page: 'https://aws.amazon.com/sqs/pricing/',
    /** To a standard queue, up to 64 KB. */
    request: per(0.4, million),
  },
  S3: {
    page: 'https://aws.amazon.com/s3/pricing/',
    put: per(0.005, 1000),
    /** A month in S3 Standard. */
    gigabyte: per(0.023, 1),
  },
  'Secrets Manager': {
    page: 'https://aws.amazon.com/secrets-manager/pricing/',
    /** A month. */
    secret: per(0.4, 1),
    request: per(0.05, 10_000),
  },
  CloudWatch: {
    page: 'https://aws.amazon.com/cloudwatch/pricing/',
    /** Of logs, taken in. */
    gigabyte: per(0.5, 1),
    /** A month. */
    alarm: per(0.1, 1),
  },
} as const satisfies Record<string, { page: string } & Record<string, Price | string>>;

export type StackPart = keyof typeof stackPrices;
