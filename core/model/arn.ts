/** Amazon Resource Names of KMS. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */

const partitions: readonly (readonly [regionPrefix: string, partition: string])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['us-isob-', 'aws-iso-b'],
  ['us-isof-', 'aws-iso-f'],
  ['us-iso-', 'aws-iso'],
  ['eu-isoe-', 'aws-iso-e'],
  ['eusc-', 'aws-eusc'],
];

/** The partition a Region belongs to: `aws` unless its name begins otherwise. */
export const partitionOf = (region: string): string =>
  partitions.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';

/** AWS's own pattern of a Region's name, anchored, at most 32 characters. */
export const isRegion = (text: string): boolean => text.length <= 32 && /^(?:[a-z]+-){2,3}\d+$/.test(text);

/** Where a resource lives: what its ARN says besides its name. */
export interface Place {
  readonly region: string;
  readonly accountId: string;
}

export const keyArn = ({ region, accountId }: Place, KeyId: string): string =>
  `arn:${partitionOf(region)}:kms:${region}:${accountId}:key/${KeyId}`;

/** @param AliasName with its prefix `alias/` */
export const aliasArn = ({ region, accountId }: Place, AliasName: string): string =>
  `arn:${partitionOf(region)}:kms:${region}:${accountId}:${AliasName}`;

/** The four forms in which a request may name a key; `accountId` and `region` are there when an ARN gave them. */
export type KeyIdentifier =
  | { readonly kind: 'key'; readonly KeyId: string; readonly place?: Place }
  | { readonly kind: 'alias'; readonly AliasName: string; readonly place?: Place };

/** A UUID in capitals has the form of a key id, though no key has it. */
const keyIdPattern = /^(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|mrk-[0-9a-f]{32})$/;
const aliasPattern = /^alias\/[a-zA-Z0-9:/_-]+$/;
const arnPattern = /^arn:(aws[a-z0-9-]*):kms:([a-z0-9-]+):(\d{12}):(.+)$/s;

const named = (name: string): KeyIdentifier | undefined => {
  if (keyIdPattern.test(name)) return { kind: 'key', KeyId: name };
  return aliasPattern.test(name) ? { kind: 'alias', AliasName: name } : undefined;
};

/** Reads a key id, key ARN, alias name or alias ARN; `undefined` for anything else. */
export const parseKeyIdentifier = (text: string): KeyIdentifier | undefined => {
  if (!text.startsWith('arn:')) return named(text);
  const [, partition, region, accountId, resource] = arnPattern.exec(text) ?? [];
  if (region === undefined || accountId === undefined || resource === undefined) return undefined;
  if (partition !== partitionOf(region)) return undefined;
  const place = { region, accountId };
  if (!resource.startsWith('key/')) {
    const alias = named(resource);
    return alias?.kind === 'alias' ? { ...alias, place } : undefined;
  }
  const key = named(resource.slice('key/'.length));
  return key?.kind === 'key' ? { ...key, place } : undefined;
};

/** How AWS tells what is none of these: in quotes, but of a key ARN only what stands for the key id, and bare. */
export const tellMalformed = (text: string): string => {
  const [, partition, region = '', , resource = ''] = arnPattern.exec(text) ?? [];
  const isKeyArn = partition === partitionOf(region) && resource.startsWith('key/');
  return isKeyArn ? resource.slice('key/'.length) : `'${text}'`;
};
