import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callerOfService } from '../../lambdas/service-caller.ts';
import { accountId, allowed, newService, otherAccountId, type Service, userOf } from '../service.ts';

let kms: Service;
beforeEach(async () => {
  kms = await newService();
});
afterEach(() => kms.close());

const Plaintext = Buffer.from('text');
const alice = userOf(accountId, 'alice');
const s3For = (caller = alice) => ({ service: 's3.amazonaws.com', caller });
const bucket = 'arn:aws:s3:::bucket';
const sns = (arn = bucket, account = accountId) => ({
  service: 'sns.amazonaws.com',
  source: { arn, accountId: account },
});
const denied = { status: 400, __type: 'AccessDeniedException' };
const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const owner = { Effect: 'Allow', Principal: { AWS: accountId }, Action: 'kms:*', Resource: '*' };
const keyWith = (...statements: object[]) => kms.newKey({ Policy: policy(owner, ...statements) });

describe('a service that calls for a user', () => {
  it('uses the AWS managed key of the user’s account, which the user cannot use directly', async () => {
    kms.withStanding(allowed()); // the policy of the key lets everybody in through S3
    const made = await kms.callAs(s3For(), 'GenerateDataKey', { KeyId: 'alias/aws/s3', KeySpec: 'AES_256' });
    expect(made).toMatchObject({ status: 200, Plaintext: expect.any(String) });
    const { CiphertextBlob } = await kms.callAs(s3For(), 'Encrypt', { KeyId: 'alias/aws/s3', Plaintext });
    const opened = await kms.callAs(s3For(userOf(accountId, 'bob')), 'Decrypt', { CiphertextBlob });
    expect(opened).toMatchObject({ status: 200, Plaintext: Plaintext.toString('base64'), KeyId: made.KeyId });

    kms.withStanding(allowed({ Effect: 'Allow', Action: 'kms:*', Resource: '*' }));
    expect(await kms.call('Encrypt', { KeyId: 'alias/aws/s3', Plaintext })).toMatchObject(denied);
    expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject(denied);
  });

  it.each([
    ['another service', { service: 'sqs.amazonaws.com', caller: alice }],
    ['a caller of another account', s3For(userOf(otherAccountId, 'partner'))],
    ['the service by itself', { service: 's3.amazonaws.com', source: { arn: bucket, accountId } }],
  ])('is the only way to that key: not %s', async (_, as) => {
    const { Arn } = (await kms.call('DescribeKey', { KeyId: 'alias/aws/s3' })).KeyMetadata;
    expect(await kms.callAs(as, 'Encrypt', { KeyId: Arn, Plaintext })).toMatchObject(denied);
  });

  it('has the permissions of the user and no more', async () => {
    const { KeyId } = await kms.newKey();
    kms.withStanding(allowed());
    expect(await kms.callAs(s3For(), 'Encrypt', { KeyId, Plaintext })).toMatchObject({
      ...denied,
      message: expect.stringContaining(`User: ${alice.arn} is not authorized to perform: kms:Encrypt`),
    });
    kms.withStanding(
      allowed({
        Effect: 'Allow',
        Action: 'kms:Encrypt',
        Resource: '*',
        Condition: { StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } },
      }),
    );
    expect(await kms.callAs(s3For(), 'Encrypt', { KeyId, Plaintext })).toMatchObject({ status: 200 });
    kms.as(alice);
    expect(await kms.call('Encrypt', { KeyId, Plaintext })).toMatchObject(denied);
  });

  it.each([
    ['StringEquals', 'kms:ViaService', 's3.us-east-1.amazonaws.com'],
    ['StringEquals', 'kms:CallerAccount', accountId],
    ['StringEquals', 'aws:PrincipalArn', alice.arn],
    ['StringEquals', 'aws:CalledViaFirst', 'cloudformation.amazonaws.com'],
    ['StringEquals', 'aws:CalledViaLast', 's3.amazonaws.com'],
    ['ForAnyValue:StringEquals', 'aws:CalledVia', 'cloudformation.amazonaws.com'],
    ['Bool', 'aws:ViaAWSService', 'true'],
    ['Bool', 'aws:PrincipalIsAWSService', 'false'],
    ['Null', 'aws:SourceIp', 'true'],
    ['Null', 'aws:SourceArn', 'true'],
  ])('offers to policies %s %s = %s', async (operator, name, value) => {
    const { KeyId } = await keyWith({
      Effect: 'Allow',
      Principal: { AWS: alice.arn },
      Action: 'kms:Encrypt',
      Resource: '*',
      Condition: { [operator]: { [name]: value } },
    });
    kms.withStanding(allowed());
    const through = callerOfService({ service: 'cloudformation.amazonaws.com', caller: alice });
    expect(await kms.callAs(s3For(through), 'Encrypt', { KeyId, Plaintext })).toMatchObject({ status: 200 });
  });

  it('is recorded as the user, invoked by the service', async () => {
    const { KeyId, Arn } = await kms.newKey();
    await kms.callAs(s3For(), 'Encrypt', { KeyId, Plaintext });
    expect(kms.audited).toMatchObject([
      {
        eventName: 'Encrypt',
        userIdentity: { type: 'IAMUser', arn: alice.arn, accountId, userName: 'alice', invokedBy: 's3.amazonaws.com' },
        sourceIPAddress: 's3.amazonaws.com',
        userAgent: 's3.amazonaws.com',
        eventType: 'AwsApiCall',
        resources: [{ ARN: Arn }],
        recipientAccountId: accountId,
      },
    ]);
  });

  it('makes grants for resources of AWS, as the user cannot', async () => {
    const grant = { GranteePrincipal: `arn:aws:iam::${accountId}:role/Volumes`, Operations: ['Decrypt'] };
    const { KeyId } = await keyWith();
    const onlyForAws = (Action: string) =>
      allowed({ Effect: 'Allow', Action, Resource: '*', Condition: { Bool: { 'kms:GrantIsForAWSResource': 'true' } } });
    const ec2 = { service: 'ec2.amazonaws.com', caller: alice };
    kms.as(alice);

    kms.withStanding(onlyForAws('kms:CreateGrant'));
    expect(await kms.call('CreateGrant', { KeyId, ...grant })).toMatchObject(denied);
    const { status, GrantId } = await kms.callAs(ec2, 'CreateGrant', { KeyId, ...grant });
    expect(status).toBe(200);
    kms.withStanding(onlyForAws('kms:ListGrants'));
    expect(await kms.call('ListGrants', { KeyId })).toMatchObject(denied);
    expect((await kms.callAs(ec2, 'ListGrants', { KeyId })).Grants).toHaveLength(1);
    kms.withStanding(onlyForAws('kms:RevokeGrant'));
    expect(await kms.call('RevokeGrant', { KeyId, GrantId })).toMatchObject(denied);
    expect(await kms.callAs(ec2, 'RevokeGrant', { KeyId, GrantId })).toMatchObject({ status: 200 });
  });

  it('makes grants on an AWS managed key, with which grantees then decrypt by themselves', async () => {
    const ec2 = { service: 'ec2.amazonaws.com', caller: alice };
    const KeyId = 'alias/aws/ebs';
    kms.withStanding(allowed());
    const { CiphertextBlob, KeyId: Arn } = await kms.callAs(ec2, 'GenerateDataKeyWithoutPlaintext', {
      KeyId,
      KeySpec: 'AES_256',
    });
    const grant = { KeyId: Arn, GranteePrincipal: userOf(accountId, 'volume').arn, Operations: ['Decrypt'] };
    kms.as(alice);
    expect(await kms.call('CreateGrant', grant)).toMatchObject(denied);
    expect(await kms.callAs(ec2, 'CreateGrant', grant)).toMatchObject({ status: 200 });
    kms.as(userOf(accountId, 'volume'));
    expect(await kms.call('Decrypt', { CiphertextBlob })).toMatchObject({ status: 200 });
  });
});

it('gives the key of certificates only by grants for decryption or encryption, never both', async () => {
  const acm = { service: 'acm.amazonaws.com', caller: alice };
  const { Arn } = (await kms.call('DescribeKey', { KeyId: 'alias/aws/acm' })).KeyMetadata;
  const grant = { KeyId: Arn, GranteePrincipal: alice.arn };
  kms.withStanding(allowed());
  expect(await kms.callAs(acm, 'CreateGrant', { ...grant, Operations: ['Decrypt'] })).toMatchObject({ status: 200 });
  const encryption = ['Encrypt', 'ReEncryptFrom', 'ReEncryptTo'];
  expect(await kms.callAs(acm, 'CreateGrant', { ...grant, Operations: encryption })).toMatchObject({ status: 200 });
  expect(await kms.callAs(acm, 'CreateGrant', { ...grant, Operations: ['Decrypt', 'Encrypt'] })).toMatchObject(denied);
});

describe('a service that calls by itself', () => {
  const forSns = (Condition: object) => ({
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
    Resource: '*',
    Condition,
  });
  const dataKey = (KeyId: string) => ({ KeyId, KeySpec: 'AES_256' });

  it.each([
    ['ArnLike', 'aws:SourceArn', 'arn:aws:s3:::b*'],
    ['StringEquals', 'aws:SourceAccount', accountId],
    ['Bool', 'aws:PrincipalIsAWSService', 'true'],
    ['Bool', 'aws:ViaAWSService', 'false'],
    ['StringEquals', 'aws:PrincipalServiceName', 'sns.amazonaws.com'],
    ['ForAnyValue:StringEquals', 'aws:PrincipalServiceNamesList', 'sns.us-east-1.amazonaws.com'],
    ['Null', 'kms:ViaService', 'true'],
    ['Null', 'kms:CallerAccount', 'true'],
    ['Null', 'aws:PrincipalArn', 'true'],
    ['Null', 'aws:PrincipalAccount', 'true'],
    ['Null', 'aws:SourceIp', 'true'],
  ])('is let in by a key policy that names it, on %s %s = %s', async (operator, name, value) => {
    const { Arn } = await keyWith(forSns({ [operator]: { [name]: value } }));
    expect(await kms.callAs(sns(), 'GenerateDataKey', dataKey(Arn))).toMatchObject({ status: 200 });
  });

  it.each([
    ['for another resource', { ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::other' } }],
    ['for another account', { StringEquals: { 'aws:SourceAccount': otherAccountId } }],
    ['under another encryption context', { StringEquals: { 'kms:EncryptionContext:topic': 'orders' } }],
  ])('is not let in %s', async (_, condition) => {
    const { Arn } = await keyWith(forSns(condition));
    const asked = { ...dataKey(Arn), EncryptionContext: { topic: 'others' } };
    expect(await kms.callAs(sns(), 'GenerateDataKey', asked)).toMatchObject({
      ...denied,
      message: expect.stringContaining('User: sns.amazonaws.com is not authorized to perform: kms:GenerateDataKey'),
    });
  });

  it('gets nothing from the account: not its identity policies, not what its root may', async () => {
    const { Arn } = await kms.newKey();
    expect(await kms.callAs(sns(), 'Encrypt', { KeyId: Arn, Plaintext })).toMatchObject(denied);
    expect(await kms.callAs(sns(), 'CreateKey')).toMatchObject(denied);
    expect(await kms.callAs(sns(), 'ListKeys')).toMatchObject(denied);
  });

  it('works on keys of any account that let it in', async () => {
    kms.as(userOf(otherAccountId, 'partner'));
    const { Arn } = await kms.newKey({
      Policy: policy({ ...owner, Principal: { AWS: otherAccountId } }, forSns({ Null: { 'aws:SourceArn': 'false' } })),
    });
    expect(await kms.callAs(sns(), 'GenerateDataKey', dataKey(Arn))).toMatchObject({ status: 200 });
  });

  it('looks at its AWS managed key in any account, also where principals may only look at their own', async () => {
    const { Arn } = (await kms.call('DescribeKey', { KeyId: 'alias/aws/dynamodb' })).KeyMetadata;
    const dynamoDb = { ...sns(bucket, otherAccountId), service: 'dynamodb.amazonaws.com' };
    expect(await kms.callAs(dynamoDb, 'GetKeyPolicy', { KeyId: Arn })).toMatchObject({ status: 200 });
    expect(await kms.callAs(sns(), 'GetKeyPolicy', { KeyId: Arn })).toMatchObject(denied);
  });

  it('is recorded as the service, in the log of the key’s account', async () => {
    kms.as(userOf(otherAccountId, 'partner'));
    const { Arn } = await kms.newKey({
      Policy: policy({ ...owner, Principal: { AWS: otherAccountId } }, forSns({})),
    });
    await kms.callAs(sns(), 'GenerateDataKey', dataKey(Arn));
    expect(kms.audited).toMatchObject([
      {
        eventName: 'GenerateDataKey',
        sourceIPAddress: 'sns.amazonaws.com',
        userAgent: 'sns.amazonaws.com',
        resources: [{ accountId: otherAccountId, ARN: Arn }],
        recipientAccountId: otherAccountId,
      },
    ]);
    expect(kms.audited[0]?.userIdentity).toEqual({ type: 'AWSService', invokedBy: 'sns.amazonaws.com' });
  });

  it('uses a grant that was made for it, for the resource that the grant names', async () => {
    const { Arn } = await kms.newKey();
    const { CiphertextBlob } = await kms.call('Encrypt', { KeyId: Arn, Plaintext });
    const topic = `arn:aws:sns:us-east-1:${accountId}:orders`;
    await kms.call('CreateGrant', {
      KeyId: Arn,
      GranteeServicePrincipal: 'sns.amazonaws.com',
      RetiringPrincipal: userOf(accountId, 'admin').arn,
      Operations: ['Decrypt'],
      Constraints: { SourceArn: topic },
    });
    expect(await kms.callAs(sns(topic), 'Decrypt', { CiphertextBlob })).toMatchObject({ status: 200 });
    expect(await kms.callAs(sns(bucket), 'Decrypt', { CiphertextBlob })).toMatchObject(denied);
    const sqs = { ...sns(topic), service: 'sqs.amazonaws.com' };
    expect(await kms.callAs(sqs, 'Decrypt', { CiphertextBlob })).toMatchObject(denied);
    const { Grants } = await kms.call('ListGrants', { KeyId: Arn, GranteeServicePrincipal: 'sns.amazonaws.com' });
    expect(Grants).toMatchObject([
      { GranteePrincipal: 'sns.amazonaws.com', GranteeServicePrincipal: 'sns.amazonaws.com' },
    ]);
  });
});

it.each(['s3', 'S3.amazonaws.com', 's3.amazonaws.com.evil.example', 'arn:aws:iam::111122223333:root', ''])(
  'takes no service by the name of %j',
  (service) => {
    expect(() => callerOfService({ service, caller: alice })).toThrow(RangeError);
  },
);

it('lets no service call for another service', () => {
  const caller = callerOfService(sns());
  expect(() => callerOfService({ service: 's3.amazonaws.com', caller })).toThrow(RangeError);
});
