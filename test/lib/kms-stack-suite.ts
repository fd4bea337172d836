import { Match } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { auditClaims } from '../../core/model/audit-claims.ts';
import { type Table, tables } from '../../core/model/tables.ts';
import { auditFunctions } from '../../lambdas/audit/functions.ts';
import { functionName } from '../../lambdas/environment.ts';
import { operations } from '../../lambdas/operations/index.ts';
import { schedules } from '../../lambdas/schedules/index.ts';
import { referenceOf, resourcesOf, synthesise } from './synthesis.ts';

const template = synthesise();
const sandbox = synthesise({ removal: 'destroy' });
const resources = Object.values(template.toJSON().Resources);
const names: string[] = operations.map(({ name }) => name).toSorted();

it('has a function, a role and a log group for all that runs, a route for each operation, and not much else', () => {
  const functions = operations.length + schedules.length + auditFunctions.length + 1; // the router
  template.resourceCountIs('AWS::Lambda::Function', functions);
  template.resourceCountIs('AWS::Logs::LogGroup', functions + 1); // the access log
  template.resourceCountIs('AWS::ApiGateway::Resource', operations.length);
  template.resourceCountIs('AWS::ApiGateway::Method', operations.length + 1);
  template.resourceCountIs('AWS::IAM::Role', functions + 2); // the gateway calls functions, and writes logs
  template.resourceCountIs('AWS::IAM::Policy', 0);
  template.resourceCountIs('AWS::Lambda::Permission', schedules.length + 1); // of the rules
  expect(resources.length).toBeLessThan(operations.length * 5 + schedules.length * 6 + 65);
});

it('stays below 400 resources with everything switched on', () => {
  const common = { endpoint: 'private', trustedAccounts: '444455556666', removal: 'destroy' };
  const all = synthesise({ ...common, rootKey: 'kms', rootVersions: '1..3' });
  expect(Object.keys(all.toJSON().Resources).length).toBeLessThan(400);
});

it('leads POST /<Operation> to the function with the code of that operation, and POST / to the router', () => {
  const paths = new Map(
    resourcesOf(template, 'AWS::ApiGateway::Resource').map(([id, r]) => [id, r.Properties.PathPart]),
  );
  const codes = new Map(
    resourcesOf(template, 'AWS::Lambda::Function').map(([id, r]) => [id, r.Properties.Code.ZipFile]),
  );
  const routes = resourcesOf(template, 'AWS::ApiGateway::Method').map(([, { Properties }]) => {
    const [, id = ''] = /functions\/(.+)\/invocations$/.exec(referenceOf(Properties.Integration.Uri)) ?? [];
    return [Properties.HttpMethod, paths.get(referenceOf(Properties.ResourceId)) ?? '', codes.get(id)];
  });
  const expected = [['POST', '', 'Router'], ...names.map((name) => ['POST', name, name])];
  expect(routes.toSorted((a, b) => (a[1] < b[1] ? -1 : 1))).toEqual(expected);
});

it('asks for IAM authorization on every method', () => {
  const types = resourcesOf(template, 'AWS::ApiGateway::Method').map(
    ([, { Properties }]) => Properties.AuthorizationType,
  );
  expect(new Set(types)).toEqual(new Set(['AWS_IAM']));
});

it('lets the gateway call the functions of the operations and the router, and nothing else', () => {
  const roles = resourcesOf(template, 'AWS::IAM::Role').map(([, { Properties }]) => Properties);
  const [gateway, ...more] = roles.filter(
    (role) => role.Policies && JSON.stringify(role).includes('apigateway.amazonaws.com'),
  );
  expect(more).toEqual([]);
  const [statement, ...others] = gateway.Policies.flatMap(
    ({ PolicyDocument }: { PolicyDocument: { Statement: unknown[] } }) => PolicyDocument.Statement,
  );
  expect(others).toEqual([]);
  expect(statement).toMatchObject({ Effect: 'Allow', Action: 'lambda:InvokeFunction' });
  const functions = operationFunctions().map(([id]) => id);
  expect(statement.Resource.map(referenceOf).toSorted()).toEqual([...functions, router].toSorted());
});

it('lets the router call the functions of the operations, and write its log, and nothing else', () => {
  const roleId = referenceOf(
    resourcesOf(template, 'AWS::Lambda::Function').find(([id]) => id === router)?.[1].Properties.Role,
  );
  const [, role] = resourcesOf(template, 'AWS::IAM::Role').find(([id]) => id === roleId) ?? [];
  const [policy, ...more] = role?.Properties.Policies ?? [];
  expect([more, role?.Properties.ManagedPolicyArns]).toEqual([[], undefined]);
  const [writeLogs, invoke, ...others] = policy.PolicyDocument.Statement;
  expect(others).toEqual([]);
  expect(writeLogs.Action).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents']);
  expect(invoke).toMatchObject({ Effect: 'Allow', Action: 'lambda:InvokeFunction' });
  const functions = operationFunctions().map(([id]) => id);
  expect(invoke.Resource.map(referenceOf).toSorted()).toEqual(functions.toSorted());
});

it('names each function so that the router finds it', () => {
  for (const [, { Properties }] of operationFunctions()) {
    expect(Properties.FunctionName).toBe(functionName('serverless-kms', Properties.Code.ZipFile));
    expect(functionName('i'.repeat(28), Properties.Code.ZipFile).length).toBeLessThanOrEqual(64); // Lambda's limit
  }
});

it('runs functions on ARM with the Node version this repository is tested on, for less time than the gateway waits', () => {
  for (const [, { Properties }] of resourcesOf(template, 'AWS::Lambda::Function')) {
    expect(Properties).toMatchObject({
      Runtime: `nodejs${process.versions.node.split('.')[0]}.x`,
      Architectures: ['arm64'],
    });
  }
  const timeouts = operationFunctions().map(([, { Properties }]) => Properties.Timeout);
  const [, forRouter] = resourcesOf(template, 'AWS::Lambda::Function').find(([id]) => id === router) ?? [];
  expect(Math.max(...timeouts)).toBeLessThan(24); // for which the router waits
  expect(forRouter?.Properties.Timeout).toBeGreaterThan(24);
  expect(forRouter?.Properties.Timeout).toBeLessThan(29);
});

const [router = ''] =
  resourcesOf(template, 'AWS::Lambda::Function').find(([, { Properties }]) => Properties.Code.ZipFile === 'Router') ??
  [];

const operationFunctions = () =>
  resourcesOf(template, 'AWS::Lambda::Function').filter(([, { Properties }]) =>
    names.includes(Properties.Code.ZipFile),
  );

it('makes the declared tables, under names and logical ids that never change', () => {
  const made = resourcesOf(template, 'AWS::DynamoDB::Table').map(([id, { Properties }]) => [Properties.TableName, id]);
  expect(Object.fromEntries(made)).toEqual({
    'serverless-kms-keys': 'Tableskeys645399BB',
    'serverless-kms-aliases': 'Tablesaliases78E0C176',
    'serverless-kms-grants': expect.stringMatching(/^Tablesgrants/),
    'serverless-kms-usage': 'TablesusageC408C147',
    'serverless-kms-audit-claims': 'AuditTrailDeliveryauditclaimsE658FAB5',
  });
  const keyOf = ({ partitionKey, sortKey }: { partitionKey: string; sortKey: string }) => [
    { AttributeName: partitionKey, KeyType: 'HASH' },
    { AttributeName: sortKey, KeyType: 'RANGE' },
  ];
  for (const [name, table] of Object.entries<Table>({ ...tables, 'audit-claims': auditClaims })) {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      TableName: `serverless-kms-${name}`,
      KeySchema: keyOf(table),
      GlobalSecondaryIndexes:
        table.indexes.length === 0
          ? Match.absent()
          : table.indexes.map((index) => ({
              IndexName: index.name,
              KeySchema: keyOf(index),
              Projection: expectedProjection(index.projection),
            })),
    });
  }
});

const expectedProjection = (projection: 'ALL' | readonly string[]) => {
  if (projection === 'ALL') return { ProjectionType: 'ALL' };
  if (projection.length === 0) return { ProjectionType: 'KEYS_ONLY' };
  return { ProjectionType: 'INCLUDE', NonKeyAttributes: projection };
};

it('keeps tables, root secret, audit records and logs when the stack is deleted, and protects the tables', () => {
  for (const [id, { Type, DeletionPolicy, UpdateReplacePolicy, Properties }] of lasting(template)) {
    expect({ id, DeletionPolicy, UpdateReplacePolicy }).toEqual({
      id,
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
    if (Type !== 'AWS::DynamoDB::Table') continue;
    expect(Properties).toMatchObject({
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
    });
  }
  template.hasResourceProperties('AWS::SecretsManager::ResourcePolicy', {
    ResourcePolicy: { Statement: [{ Effect: 'Deny', Action: 'secretsmanager:DeleteSecret', Resource: '*' }] },
  });
});

it('leaves nothing behind with removal=destroy', () => {
  for (const [id, { Type, DeletionPolicy, Properties }] of lasting(sandbox)) {
    expect({ id, DeletionPolicy }).toEqual({ id, DeletionPolicy: 'Delete' });
    if (Type === 'AWS::DynamoDB::Table') expect(Properties.DeletionProtectionEnabled).not.toBe(true);
  }
  sandbox.resourceCountIs('AWS::SecretsManager::ResourcePolicy', 0);
  expect(lasting(sandbox)).toHaveLength(lasting(template).length);
});

const lasting = (stack: typeof template) =>
  [
    'AWS::DynamoDB::Table',
    'AWS::S3::Bucket',
    'AWS::SecretsManager::Secret',
    'AWS::SQS::Queue',
    'AWS::Logs::LogGroup',
  ].flatMap((type) => resourcesOf(stack, type));

// CloudFormation generates the secret anew when any of this changes: all keys would be lost.
it('lets Secrets Manager make the root secret, in a way that never changes', () => {
  const secrets = resourcesOf(template, 'AWS::SecretsManager::Secret');
  const [[id, secret] = ['', undefined], ...more] = secrets.filter(
    ([, { Properties }]) => Properties.GenerateSecretString,
  );
  expect(more).toEqual([]);
  expect(id).toBe('RootSecretV1025B7C2A');
  expect(secret?.Properties).toMatchObject({
    Name: 'serverless-kms/root-1',
    GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
  });
  expect(Object.keys(secret?.Properties.GenerateSecretString)).toHaveLength(2);
});

it('holds no secret value: neither written down nor resolved at deployment', () => {
  const text = JSON.stringify(template.toJSON());
  expect(text).not.toMatch(/\{\{resolve:|SecretString"\s*:\s*"|NoEcho/);
});

it('queues audit records and failed schedules encrypted, over TLS alone, for the longest time there is', () => {
  const queues = resourcesOf(template, 'AWS::SQS::Queue');
  expect(queues).toHaveLength(3);
  const fourteenDays = 14 * 24 * 60 * 60;
  for (const [, { Properties }] of queues) {
    expect(Properties).toMatchObject({ SqsManagedSseEnabled: true, MessageRetentionPeriod: fourteenDays });
  }
  expect(queues.filter(([, { Properties }]) => Properties.RedrivePolicy)).toHaveLength(1);
  const protectedQueues = resourcesOf(template, 'AWS::SQS::QueuePolicy').map(([, { Properties }]) => {
    const denied = { Effect: 'Deny', Principal: { AWS: '*' }, Condition: { Bool: { 'aws:SecureTransport': 'false' } } };
    expect(Properties.PolicyDocument.Statement).toContainEqual(expect.objectContaining(denied));
    return referenceOf(Properties.Queues[0]);
  });
  expect(protectedQueues.toSorted()).toEqual(queues.map(([id]) => id).toSorted());
});
