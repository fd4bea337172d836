import { describe, expect, it } from 'vitest';
import { aliasArn, isRegion, keyArn, parseKeyIdentifier, partitionOf } from '../../../core/model/arn.ts';

const accountId = '111122223333';
const uuid = '1234abcd-12ab-34cd-56ef-1234567890ab';
const mrk = 'mrk-1234abcd12ab34cd56ef1234567890ab';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html, and the partitions of the AWS SDKs. */
const regions = [
  ['us-east-1', 'aws'],
  ['eu-central-2', 'aws'],
  ['mx-central-1', 'aws'],
  ['cn-north-1', 'aws-cn'],
  ['cn-northwest-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['us-iso-east-1', 'aws-iso'],
  ['us-isob-east-1', 'aws-iso-b'],
  ['eu-isoe-west-1', 'aws-iso-e'],
  ['us-isof-south-1', 'aws-iso-f'],
  ['eusc-de-east-1', 'aws-eusc'],
] as const;

describe.each(regions)('%s', (region, partition) => {
  const place = { region, accountId };

  it(`is of the partition ${partition}`, () => {
    expect(isRegion(region)).toBe(true);
    expect(partitionOf(region)).toBe(partition);
  });

  it.each([uuid, mrk])('reads the key ARN it wrote for %s', (KeyId) => {
    const arn = keyArn(place, KeyId);
    expect(arn).toBe(`arn:${partition}:kms:${region}:${accountId}:key/${KeyId}`);
    expect(parseKeyIdentifier(arn)).toEqual({ kind: 'key', KeyId, place });
  });

  it('reads the alias ARN it wrote', () => {
    const arn = aliasArn(place, 'alias/a/b_c-D');
    expect(arn).toBe(`arn:${partition}:kms:${region}:${accountId}:alias/a/b_c-D`);
    expect(parseKeyIdentifier(arn)).toEqual({ kind: 'alias', AliasName: 'alias/a/b_c-D', place });
  });

  it('is not what an ARN of another partition says', () => {
    const other = partition === 'aws' ? 'aws-cn' : 'aws';
    expect(parseKeyIdentifier(`arn:${other}:kms:${region}:${accountId}:key/${uuid}`)).toBeUndefined();
  });
});

it.each([
  '',
  'us',
  'us-east',
  'us-east-1a',
  'US-EAST-1',
  ' us-east-1',
  'us-east-1\n',
  'a-a-a-a-1',
  `us-east-${'1'.repeat(30)}`,
])('takes %j for no Region', (name) => expect(isRegion(name)).toBe(false));

it.each([uuid, uuid.toUpperCase(), mrk])('reads the bare key id %s', (KeyId) => {
  expect(parseKeyIdentifier(KeyId)).toEqual({ kind: 'key', KeyId });
});

it.each(['alias/a', 'alias/aws/s3', 'alias/A/b_c-9', 'alias/with:colon'])('reads the alias name %s', (AliasName) => {
  expect(parseKeyIdentifier(AliasName)).toEqual({ kind: 'alias', AliasName });
});

const prefix = `arn:aws:kms:us-east-1:${accountId}`;
it.each([
  '',
  'alias',
  'alias/',
  'alias/ä',
  'alias/a b',
  'Alias/a',
  'fake-key-id',
  mrk.toUpperCase(),
  uuid.replaceAll('-', ''),
  `${uuid}0`,
  ` ${uuid}`,
  `${uuid}\n`,
  'mrk-',
  mrk.slice(0, -1),
  `${mrk}0`,
  `mrk-${'g'.repeat(32)}`,
  'arn:',
  prefix,
  `${prefix}:`,
  `${prefix}:key/`,
  `${prefix}:key/fake-key-id`,
  `${prefix}:key/alias/a`,
  `${prefix}:key/${uuid}/`,
  `${prefix}:key/${uuid}\n`,
  `${prefix}:KEY/${uuid}`,
  `${prefix}:alias/`,
  `${prefix}:${uuid}`,
  `arn:aws:kms:us-east-1:11112222333:key/${uuid}`,
  `arn:aws:kms:us-east-1::key/${uuid}`,
  `arn:aws:kms::${accountId}:key/${uuid}`,
  `arn:aws:s3:us-east-1:${accountId}:key/${uuid}`,
  `arn:azure:kms:us-east-1:${accountId}:key/${uuid}`,
  `ARN:aws:kms:us-east-1:${accountId}:key/${uuid}`,
])('reads no key from %j', (text) => expect(parseKeyIdentifier(text)).toBeUndefined());
