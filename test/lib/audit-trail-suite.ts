import { describe, expect, it } from 'vitest';
import { delivery } from '../../lambdas/audit/delivery-facts.ts';
import { referenceOf, resourcesOf, synthesise } from './synthesis.ts';

const template = synthesise();
const sandbox = synthesise({ removal: 'destroy' });
const bucketOf = (stack: typeof template) => {
  const [[id, bucket] = ['', undefined], ...more] = resourcesOf(stack, 'AWS::S3::Bucket');
  expect(more).toEqual([]);
  return { id, properties: bucket?.Properties };
};
const { id: bucket, properties } = bucketOf(template);
const [records] = resourcesOf(template, 'AWS::SQS::Queue').find(([, queue]) => queue.Properties.RedrivePolicy) ?? [''];
const functionOf = (name: string) => {
  const found = resourcesOf(template, 'AWS::Lambda::Function').find(([, fn]) => fn.Properties.Code.ZipFile === name);
  if (found === undefined) throw new Error(`no function ${name}`);
  return { id: found[0], properties: found[1].Properties };
};
const roleOf = (name: string) => referenceOf(functionOf(name).properties.Role);
const listed = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** What a function may do, as `action resource`; resources by the beginnings of their ids. */
const grantsOf = (name: string): string[] => {
  const [, role] = resourcesOf(template, 'AWS::IAM::Role').find(([id]) => id === roleOf(name)) ?? [];
  const statements: { Action: string | string[]; Resource: unknown }[] = role?.Properties.Policies.flatMap(
    (policy: { PolicyDocument: { Statement: unknown[] } }) => policy.PolicyDocument.Statement,
  );
  return statements
    .flatMap(({ Action, Resource }) =>
      listed(Action).map((action) => `${action} ${referenceOf(Resource).replace(/[0-9A-F]{8}(?=\/|$)/, '')}`),
    )
    .filter((grant) => !grant.startsWith('logs:'))
    .toSorted();
};

describe('the bucket of the audit log', () => {
  it('is locked, versioned, encrypted, closed to the public, and has no access lists', () => {
    expect(properties).toMatchObject({
      ObjectLockEnabled: true,
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 365 } },
      },
      VersioningConfiguration: { Status: 'Enabled' },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    });
  });

  it('moves to colder storage what is old, and forgets nothing', () => {
    const [rule, ...others] = properties.LifecycleConfiguration.Rules;
    expect(others).toEqual([]);
    expect(rule.Transitions).toEqual([{ StorageClass: 'GLACIER_IR', TransitionInDays: 90 }]);
    expect(Object.keys(rule).filter((name) => /expiration/i.test(name))).toEqual([]);
  });

  it('takes requests over TLS alone, objects from its two writers alone, and none in the place of another', () => {
    const [[, policy] = ['', undefined]] = resourcesOf(template, 'AWS::S3::BucketPolicy');
    const statements: Record<string, unknown>[] = policy?.Properties.PolicyDocument.Statement;
    const denied = statements.map(({ Effect, Principal, Action, Condition }) => {
      expect([Effect, Principal]).toEqual(['Deny', { AWS: '*' }]);
      return [Action, Condition];
    });
    expect(denied).toEqual([
      ['s3:*', { Bool: { 'aws:SecureTransport': 'false' } }],
      ['s3:*', { NumericLessThan: { 's3:TlsVersion': 1.2 } }],
      ['s3:PutObject', { ArnNotEquals: { 'aws:PrincipalArn': [expect.anything(), expect.anything()] } }],
      ['s3:PutObject', { Null: { 's3:if-none-match': 'true' } }],
    ]);
    const { ArnNotEquals = {} } = Object(statements[2]?.Condition);
    expect(ArnNotEquals['aws:PrincipalArn'].map(referenceOf)).toEqual([
      roleOf('DeliverAuditRecords'),
      roleOf('MakeAuditDigests'),
    ]);
  });

  it('is locked so long and so firmly as the owner wants', () => {
    const wanted = bucketOf(synthesise({ auditLock: 'compliance', auditLockDays: '2557' })).properties;
    expect(wanted.ObjectLockConfiguration.Rule.DefaultRetention).toEqual({ Mode: 'COMPLIANCE', Days: 2557 });
    expect(() => synthesise({ auditLock: 'none' })).toThrow('auditLock is governance or compliance, not none');
    for (const auditLockDays of ['0', '1.5', 'x']) expect(() => synthesise({ auditLockDays })).toThrow('auditLockDays');
  });

  it('can be removed with all that is in it in a sandbox, where nothing is locked', () => {
    const { id, properties: removable } = bucketOf(sandbox);
    expect(Object.keys(removable).filter((name) => name.startsWith('ObjectLock'))).toEqual([]);
    const [[, emptied] = ['', undefined]] = resourcesOf(sandbox, 'Custom::S3AutoDeleteObjects');
    expect(referenceOf(emptied?.Properties.BucketName)).toBe(id);
    template.resourceCountIs('Custom::S3AutoDeleteObjects', 0);
  });

  it('is told to the owner', () => {
    const outputs = Object.values(template.findOutputs('*')).map(({ Value }) => referenceOf(Value));
    expect(outputs).toContain(bucket);
  });
});

describe('the delivery', () => {
  it('gets batches of a minute or 5,000 records, a few at once, and says which of a batch must come again', () => {
    const [[, mapping] = ['', undefined], ...more] = resourcesOf(template, 'AWS::Lambda::EventSourceMapping');
    expect(more).toEqual([]);
    expect(mapping?.Properties).toMatchObject({
      BatchSize: 5000,
      MaximumBatchingWindowInSeconds: 60,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 5 },
    });
    expect(referenceOf(mapping?.Properties.EventSourceArn)).toBe(records);
    expect(referenceOf(mapping?.Properties.FunctionName)).toBe(functionOf('DeliverAuditRecords').id);
  });

  it('has a record to itself for longer than it can run, and than it takes to know that another died', () => {
    const [, queue] = resourcesOf(template, 'AWS::SQS::Queue').find(([id]) => id === records) ?? [];
    const { Timeout } = functionOf('DeliverAuditRecords').properties;
    expect(queue?.Properties.VisibilityTimeout).toBeGreaterThanOrEqual(6 * Timeout + delivery.windowSeconds);
    expect(queue?.Properties.VisibilityTimeout - Timeout).toBeGreaterThan(delivery.deadAfterSeconds);
    expect(delivery.deadAfterSeconds).toBeGreaterThanOrEqual(2 * Timeout);
  });

  it('is tried for hours before records are set aside', () => {
    const [, queue] = resourcesOf(template, 'AWS::SQS::Queue').find(([id]) => id === records) ?? [];
    const { VisibilityTimeout, RedrivePolicy } = queue?.Properties ?? {};
    expect(VisibilityTimeout * RedrivePolicy.maxReceiveCount).toBeGreaterThan(10 * 3600);
  });

  it('may do exactly this', () => {
    expect(grantsOf('DeliverAuditRecords')).toEqual([
      'dynamodb:PutItem AuditTrailDeliveryauditclaims',
      'dynamodb:Query AuditTrailDeliveryauditclaims',
      's3:GetObject AuditTrailLogBucket/AWSLogs/*/CloudTrail/*',
      's3:ListBucket AuditTrailLogBucket',
      's3:PutObject AuditTrailLogBucket/AWSLogs/*/CloudTrail/*',
      'sqs:DeleteMessage AuditQueueRecords',
      'sqs:GetQueueAttributes AuditQueueRecords',
      'sqs:ReceiveMessage AuditQueueRecords',
      'sqs:SendMessage AuditQueueUndelivered',
    ]);
  });

  it('forgets its claims when no record can come again', () => {
    const [, table] =
      resourcesOf(template, 'AWS::DynamoDB::Table').find(([id]) => id.startsWith('AuditTrailDelivery')) ?? [];
    expect(table?.Properties.TimeToLiveSpecification).toEqual({ AttributeName: 'expires', Enabled: true });
  });
});

describe('the digests', () => {
  it('are signed with a key in a secret, which has no value until the function makes it', () => {
    const secrets = resourcesOf(template, 'AWS::SecretsManager::Secret');
    const [key] = secrets.filter(([id]) => id.startsWith('AuditTrailDigests')).map(([, secret]) => secret.Properties);
    expect(Object.keys(key)).toEqual(['Description', 'Name']);
    expect(key.Name).toBe('serverless-kms/audit-signing-key');
  });

  it('may do exactly this', () => {
    expect(grantsOf('MakeAuditDigests')).toEqual([
      's3:GetObject AuditTrailLogBucket/AWSLogs/*',
      's3:ListBucket AuditTrailLogBucket',
      's3:PutObject AuditTrailLogBucket/AWSLogs/*/CloudTrail-Digest/*',
      'secretsmanager:GetSecretValue AuditTrailDigestsSigningKey',
      'secretsmanager:PutSecretValue AuditTrailDigestsSigningKey',
      'sqs:SendMessage SchedulesFailed',
    ]);
  });
});
