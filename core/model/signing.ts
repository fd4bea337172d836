/**
 * Signing algorithms and the messages they take.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
 */

export const messageTypes = ['RAW', 'DIGEST', 'EXTERNAL_MU'] as const;
export type MessageType = (typeof messageTypes)[number];

/** The message types of an algorithm, each with the length in bytes which the message must have, or `any`. */
type Takes = { readonly [Type in MessageType]?: number | 'any' };

const hashing = {
  sha256: { RAW: 'any', DIGEST: 32 },
  sha384: { RAW: 'any', DIGEST: 48 },
  sha512: { RAW: 'any', DIGEST: 64 },
} as const;

const by = <Scheme extends string, Hash extends keyof typeof hashing>(scheme: Scheme, hash: Hash) =>
  ({ scheme, hash, takes: hashing[hash] }) as const;

/**
 * Scheme and messages of each algorithm, in the order in which AWS tells them. AWS hashes what it takes for Ed25519ph
 * once more, though it is a digest.
 */
export const signatureSchemes = {
  RSASSA_PSS_SHA_256: by('pss', 'sha256'),
  RSASSA_PSS_SHA_384: by('pss', 'sha384'),
  RSASSA_PSS_SHA_512: by('pss', 'sha512'),
  RSASSA_PKCS1_V1_5_SHA_256: by('pkcs1', 'sha256'),
  RSASSA_PKCS1_V1_5_SHA_384: by('pkcs1', 'sha384'),
  RSASSA_PKCS1_V1_5_SHA_512: by('pkcs1', 'sha512'),
  ECDSA_SHA_256: by('ecdsa', 'sha256'),
  ECDSA_SHA_384: by('ecdsa', 'sha384'),
  ECDSA_SHA_512: by('ecdsa', 'sha512'),
  ED25519_SHA_512: { scheme: 'ed25519', takes: { RAW: 'any' } },
  ED25519_PH_SHA_512: { scheme: 'ed25519ph', takes: { DIGEST: 64 } },
  SM2DSA: { scheme: 'sm2', takes: { RAW: 'any', DIGEST: 32 } },
  ML_DSA_SHAKE_256: { scheme: 'ml-dsa', takes: { RAW: 'any', EXTERNAL_MU: 64 } },
} as const satisfies Record<string, { readonly scheme: string; readonly takes: Takes }>;

export type SigningAlgorithm = keyof typeof signatureSchemes;
export const signingAlgorithms = Object.keys(signatureSchemes) as readonly SigningAlgorithm[]; // Object.keys forgets the literal names

/** The messages an algorithm takes, with its own members hidden behind what all share. */
export const messagesOf = (algorithm: SigningAlgorithm): Takes => signatureSchemes[algorithm].takes;
