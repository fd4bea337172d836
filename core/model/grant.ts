import { wholeSeconds } from './days.ts';
import { KmsError } from './errors.ts';
import type { KeyUsage } from './key-specs.ts';
import type { TextMap } from './shapes.ts';

/** Operations a grant can allow, and the key usage each belongs to; `undefined`: any key. */
const usageOf = {
  Decrypt: 'ENCRYPT_DECRYPT',
  Encrypt: 'ENCRYPT_DECRYPT',
  GenerateDataKey: 'ENCRYPT_DECRYPT',
  GenerateDataKeyWithoutPlaintext: 'ENCRYPT_DECRYPT',
  ReEncryptFrom: 'ENCRYPT_DECRYPT',
  ReEncryptTo: 'ENCRYPT_DECRYPT',
  Sign: 'SIGN_VERIFY',
  Verify: 'SIGN_VERIFY',
  GetPublicKey: undefined,
  CreateGrant: undefined,
  RetireGrant: undefined,
  DescribeKey: undefined,
  GenerateDataKeyPair: 'ENCRYPT_DECRYPT',
  GenerateDataKeyPairWithoutPlaintext: 'ENCRYPT_DECRYPT',
  GenerateMac: 'GENERATE_VERIFY_MAC',
  VerifyMac: 'GENERATE_VERIFY_MAC',
  DeriveSharedSecret: 'KEY_AGREEMENT',
  Decapsulate: 'ENCAPSULATE_DECAPSULATE',
  Encapsulate: 'ENCAPSULATE_DECAPSULATE',
} as const satisfies Record<string, KeyUsage | undefined>;

export type GrantOperation = keyof typeof usageOf;
export const grantOperations = Object.keys(usageOf) as readonly GrantOperation[]; // Object.keys forgets the literal names

/** Those that work on symmetric keys alone, whatever other keys of the usage there are. */
const symmetricOnly: readonly GrantOperation[] = [
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
];

interface KindOfKey {
  readonly KeyUsage: KeyUsage;
  readonly type: 'symmetric' | 'asymmetric' | 'HMAC';
}

/** Whether a grant on such a key may list the operation. https://docs.aws.amazon.com/kms/latest/developerguide/grants.html */
const fitsKey = (operation: GrantOperation, key: KindOfKey): boolean => {
  if (operation === 'GetPublicKey') return key.type === 'asymmetric';
  if (symmetricOnly.includes(operation) && key.type !== 'symmetric') return false;
  return (usageOf[operation] ?? key.KeyUsage) === key.KeyUsage;
};

/** Those for any key, in AWS's order, and the others. */
const inOrder: readonly GrantOperation[] = [
  ...new Set(['CreateGrant', 'RetireGrant', 'DescribeKey', ...grantOperations] as const),
];

/**
 * The rules of a grant on a key of this kind, in AWS's words.
 * @throws {KmsError} ValidationException
 */
export const checkGrantFits = (
  { Operations, Constraints }: Pick<GrantRecord, 'Operations' | 'Constraints'>,
  key: KindOfKey,
): void => {
  const misfits = Operations.filter((name) => !fitsKey(name, key));
  if (misfits.length > 0) {
    const kind = `${key.type === 'asymmetric' ? 'an asymmetric' : 'a symmetric'} KMS key with key usage ${key.KeyUsage}`;
    const valid = inOrder.filter((name) => fitsKey(name, key));
    const message = `Operations [${misfits.join(', ')}] are not supported when creating a grant for ${kind}. Valid operations are [${valid.join(', ')}]`;
    throw new KmsError('ValidationException', message);
  }
  const { EncryptionContextSubset, EncryptionContextEquals } = Constraints ?? {};
  if (key.type !== 'symmetric' && (EncryptionContextSubset ?? EncryptionContextEquals) !== undefined) {
    const message = 'EncryptionContext is supported only when creating a grant for a symmetric encryption KMS key.';
    throw new KmsError('ValidationException', message);
  }
};

export interface GrantConstraints {
  readonly EncryptionContextSubset?: TextMap | undefined;
  readonly EncryptionContextEquals?: TextMap | undefined;
  readonly SourceArn?: string | undefined;
}

/** A grant as it is stored; it never changes, it is only deleted. */
export interface GrantRecord {
  readonly KeyId: string;
  /** 64 hex digits; of a named grant, derived from key, name and content, so that a retry is the same write. */
  readonly GrantId: string;
  /** The account of the key. */
  readonly KeyAccountId: string;
  /** The account in which it was made. */
  readonly AccountId: string;
  readonly CreationDate: Date;
  readonly Name?: string | undefined;
  readonly GranteePrincipal?: string | undefined;
  readonly GranteeServicePrincipal?: string | undefined;
  readonly RetiringPrincipal?: string | undefined;
  readonly RetiringServicePrincipal?: string | undefined;
  readonly Operations: readonly GrantOperation[];
  readonly Constraints?: GrantConstraints | undefined;
}

/** Whom a grant can be for: an account, user, role, role session or federated session. */
const principalArn =
  /^arn:aws[a-z-]*:(?:iam::\d{12}:(?:root|(?:user|role)\/.+)|sts::\d{12}:(?:assumed-role\/[^/]+\/[^/]+|federated-user\/.+))$/;

const uniqueId = /^A(?:ID|RO)A[A-Z0-9]{12,}(?::.+)?$/;
const sessionWithPath = /^arn:aws[a-z-]*:sts::\d{12}:assumed-role\/.+\/.+\/.+$/;

/** What AWS takes for the id of a user, role or session; here nobody is known by it. */
export const isUniqueId = (principal: string): boolean => uniqueId.test(principal);

/** @throws {KmsError} InvalidArnException */
export const checkGrantPrincipal = (member: string, principal: string | undefined): void => {
  if (principal === undefined || principalArn.test(principal)) return;
  if (isUniqueId(principal))
    throw new KmsError('InvalidArnException', `${member} does not refer to a valid principal.`);
  if (sessionWithPath.test(principal)) throw new KmsError('InvalidArnException', `ARN is not valid: ${principal}`);
  throw invalidPrincipal(principal);
};

export const invalidPrincipal = (arn: string): KmsError =>
  new KmsError('InvalidArnException', `ARN does not refer to a valid principal: ${arn}`);

const mostPairs = 8;
const longestValue = 384;

/**
 * The rules of constraints; that one of the two contexts can be given, only Access Analyzer's reference says.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_GrantConstraints.html
 * https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_KmsGrantConstraints.html
 * @throws {KmsError} ValidationException
 */
export const checkGrantConstraints = ({ EncryptionContextSubset, EncryptionContextEquals }: GrantConstraints): void => {
  if (EncryptionContextSubset !== undefined && EncryptionContextEquals !== undefined) {
    throw new KmsError('ValidationException', 'More than one constraint supplied');
  }
  for (const pairs of [EncryptionContextSubset, EncryptionContextEquals]) {
    const values = Object.values(pairs ?? {});
    if (values.length > mostPairs || values.some((value) => value.length > longestValue)) {
      const message = `An encryption context constraint may have at most ${mostPairs} pairs, with values of at most ${longestValue} characters.`;
      throw new KmsError('ValidationException', message);
    }
  }
};

export const grantNotFound = (GrantId: string): KmsError =>
  new KmsError('NotFoundException', `Grant ID ${GrantId} not found`);

/** A grant as ListGrants and ListRetirableGrants show it. */
export const grantEntry = (grant: GrantRecord, KeyArn: string) => ({
  KeyId: KeyArn,
  GrantId: grant.GrantId,
  Name: grant.Name ?? '',
  CreationDate: wholeSeconds(grant.CreationDate),
  // AWS shows a service principal in the place of the grantee.
  GranteePrincipal: grant.GranteePrincipal ?? grant.GranteeServicePrincipal,
  GranteeServicePrincipal: grant.GranteeServicePrincipal,
  RetiringPrincipal: grant.RetiringPrincipal,
  RetiringServicePrincipal: grant.RetiringServicePrincipal,
  IssuingAccount: `arn:aws:iam::${grant.AccountId}:root`,
  Operations: grant.Operations,
  Constraints: grant.Constraints,
});
