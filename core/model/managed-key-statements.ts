import { type Place, partitionOf } from './arn.ts';

/** The statements of which the key policies of AWS managed keys are made, each for the place where its key lives. */
export type StatementAt = (place: Place) => object;

/** What services that call KMS for their users at every use need. */
export const direct = ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'];
/** The same for services that work on by themselves, by grants. */
export const byGrants = direct.toSpliced(-1, 0, 'kms:CreateGrant');

const everybody = { AWS: '*' };

/** @param service as in `kms:ViaService`, or `name.*` for that of any Region */
const throughService = ({ region, accountId }: Place, service: string) => {
  const owner = { 'kms:CallerAccount': accountId };
  const name = service.replace(/\.\*$/, '');
  if (name !== service) {
    return { StringEquals: owner, StringLike: { 'kms:ViaService': `${name}.*.amazonaws.com` } };
  }
  return { StringEquals: { ...owner, 'kms:ViaService': `${service}.${region}.amazonaws.com` } };
};

/** Use by anybody in the account, through one service and no other way. */
export const through =
  (Sid: string, service: string, Action: string | readonly string[]): StatementAt =>
  (place) => ({
    Sid,
    Effect: 'Allow',
    Principal: everybody,
    Action,
    Resource: '*',
    Condition: throughService(place, service),
  });

/** The name by which most policies call their first statement. */
export const accessFor = (title: string, users = title): string =>
  `Allow access through ${title} for all principals in the account that are authorized to use ${users}`;

/** Looking, for those whom the account's identity policies let look. @param grants whether there are any to be revoked */
export const metadata =
  (grants: boolean): StatementAt =>
  ({ region, accountId }) => ({
    Sid: 'Allow direct access to key metadata to the account',
    Effect: 'Allow',
    Principal: { AWS: `arn:${partitionOf(region)}:iam::${accountId}:root` },
    Action: ['kms:Describe*', 'kms:Get*', 'kms:List*', ...(grants ? ['kms:RevokeGrant'] : [])],
    Resource: '*',
  });

/** Looking, for the service itself. */
export const describedBy =
  (Sid: string, service: string): StatementAt =>
  () => ({
    Sid,
    Effect: 'Allow',
    Principal: { Service: `${service}.amazonaws.com` },
    Action: ['kms:Describe*', 'kms:Get*', 'kms:List*'],
    Resource: '*',
  });

const grantsOnly =
  (Sid: string, operations: string | readonly string[]): StatementAt =>
  (place) => ({
    Sid,
    Effect: 'Allow',
    Principal: everybody,
    Action: 'kms:CreateGrant',
    Resource: '*',
    Condition: {
      ...throughService(place, 'acm'),
      'ForAllValues:StringEquals': { 'kms:GrantOperations': operations },
      Bool: { 'kms:GrantIsForAWSResource': 'true' },
    },
  });

/** Certificates: their private keys are used by other services, by grants, and never move to another key. */
export const forCertificates: readonly StatementAt[] = [
  grantsOnly('Allow creation of decryption grants', 'Decrypt'),
  grantsOnly('Allow creation of encryption grant', ['Encrypt', 'ReEncryptFrom', 'ReEncryptTo']),
  ({ accountId }) => ({
    Sid: 'Allowed operations for the key owner',
    Effect: 'Allow',
    Principal: everybody,
    Action: ['kms:DescribeKey', 'kms:ListGrants', 'kms:RevokeGrant', 'kms:GetKeyPolicy'],
    Resource: '*',
    Condition: { StringEquals: { 'kms:CallerAccount': accountId } },
  }),
  () => ({
    Sid: 'Deny re-encryption to any other key',
    Effect: 'Deny',
    Principal: everybody,
    Action: 'kms:ReEncrypt*',
    Resource: '*',
    Condition: { Bool: { 'kms:ReEncryptOnSameKey': 'false' } },
  }),
  through('Allow decrypt', 'acm', 'kms:Decrypt'),
];
