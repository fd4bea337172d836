import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { predefinedAliases } from '../../core/model/managed-keys.ts';
import { checkPolicy } from '../../core/policy/policy.ts';
import { everyOperation } from '../requests.ts';
import { accountId, allowed, newService, otherAccountId, type Service, userOf } from '../service.ts';

let kms: Service;
beforeEach(async () => {
  kms = await newService();
});
afterEach(() => kms.close());

const s3 = 'alias/aws/s3';
const arnOf = (KeyId: string) => `arn:aws:kms:us-east-1:${accountId}:key/${KeyId}`;
const describeAlias = async (KeyId: string) => (await kms.call('DescribeKey', { KeyId })).KeyMetadata;
const listed = async () => (await kms.call('ListAliases')).Aliases as { AliasName: string; TargetKeyId?: string }[];

describe('an AWS managed key', () => {
  it('is made when its alias is first described, and is the same from then on', async () => {
    const KeyMetadata = await describeAlias(s3);
    expect(KeyMetadata).toEqual({
      AWSAccountId: accountId,
      KeyId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      Arn: arnOf(KeyMetadata.KeyId),
      CreationDate: kms.now().getTime() / 1000,
      Enabled: true,
      Description: 'Default key that protects my S3 objects when no other key is defined',
      KeyUsage: 'ENCRYPT_DECRYPT',
      KeyState: 'Enabled',
      Origin: 'AWS_KMS',
      KeyManager: 'AWS',
      CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
      KeySpec: 'SYMMETRIC_DEFAULT',
      EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
      MultiRegion: false,
      CurrentKeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    kms.moveClock(60);
    expect(await describeAlias(s3)).toEqual(KeyMetadata);
    expect(await describeAlias(`arn:aws:kms:us-east-1:${accountId}:${s3}`)).toEqual(KeyMetadata);
    expect((await kms.call('ListKeys')).Keys).toEqual([{ KeyId: KeyMetadata.KeyId, KeyArn: KeyMetadata.Arn }]);
  });

  it('is each account’s own', async () => {
    const { KeyId } = await describeAlias(s3);
    kms.as(userOf(otherAccountId, 'partner'));
    expect((await kms.call('ListKeys')).Keys).toEqual([]);
    expect((await describeAlias(s3)).KeyId).not.toBe(KeyId);
  });

  it('is never made for another account', async () => {
    const KeyId = `arn:aws:kms:us-east-1:${otherAccountId}:${s3}`;
    expect(await kms.call('DescribeKey', { KeyId })).toMatchObject({ __type: 'AccessDeniedException' });
    kms.as(userOf(otherAccountId, 'partner'));
    expect((await kms.call('ListKeys')).Keys).toEqual([]);
  });

  it.each(['alias/aws/unknown', 'alias/aws/', 'alias/aws/constructor', 'alias/s3', 'alias/aws/s3/'])(
    'is not behind %s',
    async (KeyId) => {
      expect(await kms.call('DescribeKey', { KeyId })).toMatchObject({ status: 400, __type: 'NotFoundException' });
      expect((await kms.call('ListKeys')).Keys).toEqual([]);
    },
  );

  it('is one, whoever else uses its alias for the first time at the same moment', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => describeAlias(s3)));
    const { Keys } = await kms.call('ListKeys');
    expect(Keys).toHaveLength(1);
    expect(new Set(answers.map(({ KeyId }) => KeyId))).toEqual(new Set([Keys[0].KeyId]));
    // Its material is the one that its record names, whoever lost.
    const record = await kms.stores.keys.get(Keys[0].KeyId);
    expect(await kms.stores.keys.material(Keys[0].KeyId, record?.currentKeyMaterialId ?? '')).toBeDefined();
  });

  it('is made after all when the process died between claiming the alias and making the key', async () => {
    const dates = { CreationDate: kms.now(), LastUpdatedDate: kms.now() };
    const TargetKeyId = '11111111-2222-4333-8444-555555555555';
    await kms.stores.aliases.create({ AccountId: accountId, AliasName: s3, TargetKeyId, ...dates, revision: 1 });
    expect((await listed()).find(({ AliasName }) => AliasName === s3)).not.toHaveProperty('TargetKeyId');
    expect((await describeAlias(s3)).KeyId).toBe(TargetKeyId);
  });

  it('keeps its material when the answer to the write of its record was lost', async () => {
    const { create } = kms.stores.keys;
    kms.stores.keys.create = async (record, material) => {
      await create(record, material);
      throw new Error('the connection broke');
    };
    const { KeyId, CurrentKeyMaterialId } = await describeAlias(s3);
    expect(await kms.stores.keys.material(KeyId, CurrentKeyMaterialId)).toBeDefined();
  });

  it('is rotated every year', async () => {
    const { KeyId } = await describeAlias('alias/aws/ebs');
    expect(await kms.call('GetKeyRotationStatus', { KeyId })).toMatchObject({
      KeyRotationEnabled: true,
      RotationPeriodInDays: 365,
      NextRotationDate: kms.now().getTime() / 1000 + 365 * 86_400,
    });
  });

  it('can be looked at with the permissions of the account', async () => {
    const { KeyId } = await describeAlias(s3);
    expect(await kms.call('GetKeyPolicy', { KeyId })).toMatchObject({ status: 200, PolicyName: 'default' });
    expect(await kms.call('ListKeyPolicies', { KeyId })).toMatchObject({ PolicyNames: ['default'] });
    expect(await kms.call('ListResourceTags', { KeyId })).toMatchObject({ Tags: [] });
    expect(await kms.call('ListGrants', { KeyId })).toMatchObject({ Grants: [] });
    expect((await kms.call('ListAliases', { KeyId })).Aliases).toMatchObject([{ AliasName: s3, TargetKeyId: KeyId }]);
    kms.withStanding(allowed());
    expect(await kms.call('GetKeyPolicy', { KeyId })).toMatchObject({ __type: 'AccessDeniedException' });
  });

  it('cannot be used by the account itself, with any permission', async () => {
    for (const name of ['Encrypt', 'GenerateDataKey'] as const) {
      const answer = await kms.call(name, {
        KeyId: s3,
        ...(name === 'Encrypt' ? { Plaintext: 'AA==' } : { KeySpec: 'AES_256' }),
      });
      expect(answer).toMatchObject({
        status: 400,
        __type: 'AccessDeniedException',
        message: expect.stringContaining(`because no resource-based policy allows the kms:${name} action`),
      });
    }
    expect((await kms.call('ListKeys')).Keys).toHaveLength(1); // the use made it all the same
  });
});

describe('what nobody does to an AWS managed key', () => {
  const changes = everyOperation.flatMap(([name, { keys }]) =>
    Object.entries(keys).flatMap(([target, { manager, from }]) =>
      manager === 'CUSTOMER' ? [[name, target, from] as const] : [],
    ),
  );
  const further: Record<string, Record<string, unknown>> = {
    CreateAlias: { AliasName: 'alias/mine' },
    PutKeyPolicy: { Policy: '{"Version":"2012-10-17","Statement":[]}' },
    ReplicateKey: { ReplicaRegion: 'eu-west-1' },
    TagResource: { Tags: [{ TagKey: 'a', TagValue: 'b' }] },
    UntagResource: { TagKeys: ['a'] },
    UpdateKeyDescription: { Description: 'mine' },
    UpdatePrimaryRegion: { PrimaryRegion: 'eu-west-1' },
  };

  it.each(changes)('%s (%s)', async (name, _, from) => {
    const own = await kms.newKey();
    await kms.call('CreateAlias', { AliasName: 'alias/own', TargetKeyId: own.KeyId });
    const { KeyId, Arn } = await describeAlias(s3);
    // Even if its policy allowed everything.
    const record = await kms.stores.keys.get(KeyId);
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' },
    });
    const stored = record && (await kms.stores.keys.update(record, { Policy }));
    const parameters = name === 'UpdateAlias' ? { AliasName: 'alias/own' } : further[name];
    expect(await kms.call(name, { ...parameters, [from]: KeyId })).toMatchObject({
      status: 400,
      __type: 'AccessDeniedException',
      message: `User: arn:aws:iam::${accountId}:user/admin is not authorized to perform: kms:${name} on resource: ${Arn} because no resource-based policy allows the kms:${name} action`,
    });
    const reason = `refused: the key is AWS managed, and ${name} is only for keys that customers manage.`;
    expect(kms.audited.at(-1)?.additionalEventData).toEqual({ reasons: expect.arrayContaining([reason]) });
    expect(await kms.stores.keys.get(KeyId)).toEqual(stored);
  });

  it('is all that changes keys or their aliases', () => {
    const changing = everyOperation.filter(([, { uses }]) => {
      const { keys = [], aliases = [] } = uses;
      return uses.regions || [...keys, ...aliases].some((called) => /^(create|update|delete)/.test(called));
    });
    const open = changing.filter(([, { keys }]) =>
      Object.values(keys).some(
        // names of AWS are refused by their form; these keys are never imported, and have none related to them
        ({ manager, byAlias, origins, region }) =>
          manager !== 'CUSTOMER' &&
          byAlias !== 'only' &&
          region === undefined &&
          !origins?.every((o) => o === 'EXTERNAL'),
      ),
    );
    expect(open.map(([name]) => name)).toEqual([]);
  });
});

describe('the aliases of AWS', () => {
  it('are listed from the start, without keys and dates', async () => {
    expect(predefinedAliases).toContain(s3);
    expect(await listed()).toEqual(
      predefinedAliases.map((AliasName) => ({
        AliasName,
        AliasArn: `arn:aws:kms:us-east-1:${accountId}:${AliasName}`,
      })),
    );
  });

  it('are listed with their keys once there are any, those that were not predefined too', async () => {
    const [known, other] = [await describeAlias(s3), await describeAlias('alias/aws/sns')];
    const withKeys = (await listed()).filter(({ TargetKeyId }) => TargetKeyId);
    expect(withKeys).toMatchObject([
      { AliasName: s3, TargetKeyId: known.KeyId },
      { AliasName: 'alias/aws/sns', TargetKeyId: other.KeyId },
    ]);
    expect(await listed()).toHaveLength(predefinedAliases.length + 1);
  });

  it.each([1, 2, 3, 5, 16, 17, 18])('stand among the others by name, in pages of %i, each once', async (Limit) => {
    const { KeyId: TargetKeyId } = await kms.newKey();
    for (const AliasName of ['alias/a', 'alias/aws2', 'alias/z'])
      await kms.call('CreateAlias', { AliasName, TargetKeyId });
    await describeAlias('alias/aws/glue');
    const names: string[] = [];
    for (let Marker: string | undefined, more = true; more; ) {
      const page = await kms.call('ListAliases', { Limit, Marker });
      expect(page.Aliases.length).toBeLessThanOrEqual(Limit);
      names.push(...page.Aliases.map(({ AliasName }: { AliasName: string }) => AliasName));
      Marker = page.NextMarker;
      more = page.Truncated;
    }
    expect(names).toEqual(['alias/a', ...predefinedAliases, 'alias/aws2', 'alias/z'].sort());
  });
});

it('prints the policy of aws/s3 as AWS does', async () => {
  const { KeyId } = await describeAlias(s3);
  const { Policy } = await kms.call('GetKeyPolicy', { KeyId });
  expect(Policy.split('\n').slice(0, 5)).toEqual([
    '{',
    '  "Version" : "2012-10-17",',
    '  "Id" : "auto-s3-2",',
    '  "Statement" : [ {',
    '    "Sid" : "Allow access through S3 for all principals in the account that are authorized to use S3",',
  ]);
  expect(Policy).toContain(
    '"Action" : [ "kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey" ],',
  );
  expect(JSON.parse(Policy).Statement[0].Condition).toEqual({
    StringEquals: { 'kms:CallerAccount': accountId, 'kms:ViaService': 's3.us-east-1.amazonaws.com' },
  });
});

it.each([...predefinedAliases, 'alias/aws/backup', 'alias/aws/kinesis', 'alias/aws/sns', 'alias/aws/sqs'])(
  'gives the key of %s a policy without faults',
  async (alias) => {
    const { KeyId } = await describeAlias(alias);
    const { Policy } = await kms.call('GetKeyPolicy', { KeyId });
    expect(checkPolicy(Policy, 'key')).toEqual([]);
  },
);
