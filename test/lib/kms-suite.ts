import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AccountPrincipal, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { beforeEach, expect, it } from 'vitest';
import { Kms, type KmsProps } from '../../lib/kms.ts';
import { code, newApp, referenceOf, resourcesOf } from './synthesis.ts';

const newStack = () => new Stack(newApp(), 'TheirStack');
/** Somebody else's app, with our service among other things. */
let stack: Stack;
beforeEach(() => {
  stack = newStack();
});
const newKms = (props: KmsProps = {}) => new Kms(stack, 'Kms', { code, ...props });
const newRole = () => new Role(stack, 'App', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
const templateOf = () => Template.fromStack(stack);

it('lives in the app of somebody else, under the name of its stack or another', () => {
  const tableIn = (template: Template) =>
    resourcesOf(template, 'AWS::DynamoDB::Table').map(([, { Properties }]) => Properties.TableName)[0];
  newKms();
  expect(tableIn(templateOf())).toBe('TheirStack-keys');
  stack = newStack();
  newKms({ installation: 'second' });
  expect(tableIn(templateOf())).toBe('second-keys');
}, 120_000);

it.each(['', '1kms', 'k'.repeat(29), 'my kms'])('refuses to be installed as %j', (installation) => {
  expect(() => newKms({ installation })).toThrow('installation is 1 to 28 letters, digits, - and _');
});

it('refuses a VPC where it would not be used', () => {
  const vpc = {} as never; // looked at by nobody
  expect(() => newKms({ vpc })).toThrow("vpc is for endpoint: 'private'");
});

it('lets a role call the operations that are named, and no other', () => {
  const kms = newKms();
  const role = newRole();
  kms.grantInvoke(role, 'Encrypt', 'GenerateDataKey');
  const [[, policy] = ['', undefined], ...more] = resourcesOf(templateOf(), 'AWS::IAM::Policy');
  expect(more).toEqual([]);
  const statements = policy?.Properties.PolicyDocument.Statement ?? [];
  expect(statements).toHaveLength(1);
  const [statement] = statements;
  expect(statement).toMatchObject({ Effect: 'Allow', Action: 'execute-api:Invoke' });
  const arns = statement.Resource.map(referenceOf).map((arn: string) => arn.replace(/:KmsApi\w+/, ':API'));
  expect(arns).toEqual(
    ['Encrypt', 'GenerateDataKey'].map(
      (name) => `arn:AWS::Partition:execute-api:AWS::Region:AWS::AccountId:API/prod/POST/${name}`,
    ),
  );
});

it('grants nothing without an operation, and nothing to whom identity policies cannot say it', () => {
  const kms = newKms();
  expect(() => kms.grantInvoke(newRole())).toThrow('grantInvoke is for one operation or more');
  expect(() => kms.grantInvoke(new AccountPrincipal('444455556666'), 'Encrypt')).toThrow();
});

it('says where it is, and whom it tells of trouble', () => {
  const kms = newKms();
  expect(referenceOf(stack.resolve(kms.endpoint))).toMatch(/^https:\/\/KmsApi\w+\.execute-api\.AWS::Region\./);
  expect(referenceOf(stack.resolve(kms.alarmTopic.topicArn))).toMatch(/^KmsAlarmsTopic/);
});

it('throttles as it is told', () => {
  newKms({ throttle: { ratePerSecond: 20, burst: 10 } });
  const [[, stage] = ['', undefined]] = resourcesOf(templateOf(), 'AWS::ApiGateway::Stage');
  expect(stage?.Properties.MethodSettings).toMatchObject([{ ThrottlingRateLimit: 20, ThrottlingBurstLimit: 10 }]);
});

it('makes keys at deployment, by a function that may do just that, once the API is there', () => {
  const kms = newKms();
  const policy = new PolicyDocument({
    statements: [new PolicyStatement({ principals: [newRole()], actions: ['kms:*'], resources: ['*'] })],
  });
  const one = kms.key('Orders', { description: 'orders', policy });
  kms.key('Logs', {
    keySpec: 'HMAC_256',
    keyUsage: 'GENERATE_VERIFY_MAC',
    removalPolicy: RemovalPolicy.DESTROY,
    pendingWindow: Duration.days(7),
  });
  const template = templateOf();
  const keys = resourcesOf(template, 'Custom::ServerlessKmsKey');
  const [orders, logs] = keys.map(([, { Properties }]) => Properties);
  expect(orders).toMatchObject({ Description: 'orders', KeySpec: 'SYMMETRIC_DEFAULT', KeyUsage: 'ENCRYPT_DECRYPT' });
  expect(orders.PendingWindowInDays).toBeUndefined();
  expect(referenceOf(orders.Policy)).toMatch(/^\{"Statement":\[\{"Action":"kms:\*"/);
  expect(logs).toMatchObject({ KeySpec: 'HMAC_256', PendingWindowInDays: '7' });
  expect(stack.resolve(one.keyArn)).toEqual({ Ref: keys[0]?.[0] });
  expect(stack.resolve(one.keyId)).toEqual({ 'Fn::GetAtt': [keys[0]?.[0], 'KeyId'] });

  const [provider, ...others] = resourcesOf(template, 'AWS::Lambda::Function').filter(
    ([, { Properties }]) => Properties.Code.ZipFile === 'KeyResource',
  );
  expect(others).toEqual([]);
  expect(referenceOf(orders.ServiceToken)).toBe(provider?.[0]);
  const dependencies = JSON.stringify(Object.entries(keys[0]?.[1] ?? {}).find(([name]) => name === 'DependsOn'));
  expect(dependencies).toContain('DeploymentStage');
  const roleId = referenceOf(provider?.[1].Properties.Role);
  const [, role] = resourcesOf(template, 'AWS::IAM::Role').find(([id]) => id === roleId) ?? [];
  const [, invoke, ...more] = role?.Properties.Policies[0]?.PolicyDocument.Statement ?? [];
  expect([more, invoke.Action]).toEqual([[], 'execute-api:Invoke']);
  expect(invoke.Resource.map((arn: unknown) => referenceOf(arn).replace(/^.*\//, ''))).toEqual([
    'CreateKey',
    'UpdateKeyDescription',
    'PutKeyPolicy',
    'ScheduleKeyDeletion',
  ]);
});

it('refuses a key whose deletion could not be cancelled, or could be for too long', () => {
  const kms = newKms();
  expect(() => kms.key('K', { pendingWindow: Duration.days(6) })).toThrow('pendingWindow is 7 to 30 days, not 6');
});

it('makes no key behind a private endpoint, which its function could not reach', () => {
  expect(() => newKms({ endpoint: 'private' }).key('K')).toThrow('key() cannot reach a private API');
});

it('has a dashboard of the installation', () => {
  newKms();
  const [[, dashboard] = ['', undefined]] = resourcesOf(templateOf(), 'AWS::CloudWatch::Dashboard');
  expect(dashboard?.Properties.DashboardName).toBe('TheirStack');
  const text = referenceOf(dashboard?.Properties.DashboardBody);
  for (const shown of ['ApiName', 'PendingDeletionKeyUse', 'ApproximateNumberOfMessagesVisible', 'SEARCH(']) {
    expect(text).toContain(shown);
  }
});
