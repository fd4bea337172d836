import { KmsError } from './errors.ts';

/** What there may be no more of than a quota says, and AWS's word for it in the refusal. */
const words = { keys: 'Key', aliasesPerKey: 'Aliases per key', grantsPerKey: 'Grants per key' } as const;
export type ResourceQuota = keyof typeof words;

/** `keys` are an account's in one Region: the customer's own, in whatever state. */
export type ResourceQuotas = { readonly [Quota in ResourceQuota]: number };

/** What AWS gives every account. https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html */
export const awsResourceQuotas: ResourceQuotas = { keys: 100_000, aliasesPerKey: 50, grantsPerKey: 50_000 };

/** In the words that AWS was seen to use for keys and aliases. */
export const quotaReached = (quota: ResourceQuota, most: number): KmsError =>
  new KmsError(
    'LimitExceededException',
    `${words[quota]} quota for this account in this region is ${most}, current usage is ${most}.`,
  );

/** Whose quota of keys it is: each account has one in each Region. */
export const accountIn = (region: string, accountId: string): string => `${region} ${accountId}`;

/** Whoever makes something that a quota limits makes it through here. */
export interface Quotas {
  /**
   * @param owner of the quota: an account in a Region, or a key by its ARN
   * @param count counts what there is, no further than `upTo`; asked only when it is not known that there is room
   * @param make  runs once there is room, and not otherwise
   * @throws {KmsError} LimitExceededException when there is none
   */
  within<T>(
    quota: ResourceQuota,
    owner: string,
    count: (upTo: number) => Promise<number>,
    make: () => Promise<T>,
  ): Promise<T>;
}
