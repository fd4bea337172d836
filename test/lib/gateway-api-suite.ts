import { expect, it } from 'vitest';
import { errorStatuses, messageMember } from '../../core/model/errors.ts';
import { referenceOf, resourcesOf, synthesise } from './synthesis.ts';

const template = synthesise();
const apiOf = (stack: typeof template) => resourcesOf(stack, 'AWS::ApiGateway::RestApi')[0]?.[1].Properties;

it('is Regional, and open to identity policies of its own account alone', () => {
  const { Policy, ...api } = apiOf(template);
  expect(api).toEqual({ Name: 'serverless-kms', EndpointConfiguration: { Types: ['REGIONAL'] } });
  expect(Policy.Statement).toHaveLength(1);
  expect(Policy.Statement[0].Effect).toBe('Deny');
});

it('asks for IAM authorization on every method', () => {
  const methods = resourcesOf(template, 'AWS::ApiGateway::Method').map(([, { Properties }]) => Properties);
  for (const { AuthorizationType } of methods) expect(AuthorizationType).toBe('AWS_IAM');
});

const routes = ['execute-api:/prod/POST', 'execute-api:/prod/POST/'];

it('closes POST / to everybody, since it can do what any operation does', () => {
  expect(apiOf(template).Policy.Statement).toEqual([
    { Sid: 'RouterCallers', Effect: 'Deny', Principal: { AWS: '*' }, Action: 'execute-api:Invoke', Resource: routes },
  ]);
});

it('opens POST / to those who are named, and to everybody only when asked to', () => {
  const named = 'arn:aws:iam::111122223333:role/legacy/*,arn:aws:iam::111122223333:user/eve';
  expect(apiOf(synthesise({ routerCallers: named })).Policy.Statement).toMatchObject([
    { Effect: 'Deny', Resource: routes, Condition: { ArnNotLike: { 'aws:PrincipalArn': named.split(',') } } },
  ]);
  expect(apiOf(synthesise({ routerCallers: '*' })).Policy).toBeUndefined();
});

it('lets trusted accounts call the paths of operations, and not POST /', () => {
  const { Policy } = apiOf(synthesise({ trustedAccounts: '444455556666, 777788889999', routerCallers: '*' }));
  const [allow, ...more] = Policy.Statement;
  expect(more).toEqual([]);
  expect(allow).toMatchObject({ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: 'execute-api:/prod/POST/?*' });
  const principals = allow.Principal.AWS.map(referenceOf);
  expect(principals).toEqual([
    'arn:AWS::Partition:iam::444455556666:root',
    'arn:AWS::Partition:iam::777788889999:root',
  ]);
});

// In the own account an Allow here does without identity policies, for which the gateway's yes stands.
it.each([
  {},
  { trustedAccounts: '444455556666' },
  { endpoint: 'private' },
  { endpoint: 'private', trustedAccounts: '444455556666', routerCallers: '*' },
])('never allows its own account or everybody by the resource policy: %j', (context) => {
  for (const { Effect, Principal } of apiOf(synthesise(context)).Policy?.Statement ?? []) {
    if (Effect !== 'Deny') expect(referenceOf(Principal.AWS)).toBe('arn:AWS::Partition:iam::444455556666:root');
  }
});

it('refuses its own account among the trusted ones, where that is known', () => {
  const own = { account: '111122223333', region: 'us-east-1' };
  const message = 'trustedAccounts are other accounts; 111122223333 is our own';
  expect(() => synthesise({ trustedAccounts: '111122223333' }, own)).toThrow(message);
  expect(() => synthesise({ trustedAccounts: '444455556666' }, own)).not.toThrow();
});

it('answers in the form of KMS what it refuses by itself', () => {
  const answers = resourcesOf(template, 'AWS::ApiGateway::GatewayResponse').map(([, { Properties }]) => {
    const { ResponseType, StatusCode, ResponseTemplates, ResponseParameters } = Properties;
    expect(Object.keys(ResponseTemplates)).toEqual(['application/json']);
    const body = JSON.parse(ResponseTemplates['application/json'].replace('$context.error.messageString', '"its own"'));
    expect(ResponseParameters).toEqual({
      'gatewayresponse.header.content-type': "'application/x-amz-json-1.1'",
      'gatewayresponse.header.x-amzn-errortype': `'${body.__type}'`,
    });
    const known: Readonly<Record<string, number>> = errorStatuses;
    if (StatusCode) expect(StatusCode).toBe(String(known[body.__type]));
    expect(known[body.__type]).toBeDefined();
    return [ResponseType, StatusCode, body.__type, body[messageMember(body.__type)]];
  });
  expect(answers.toSorted()).toEqual([
    ['ACCESS_DENIED', '400', 'AccessDeniedException', 'its own'],
    ['DEFAULT_4XX', undefined, 'AccessDeniedException', 'its own'],
    ['DEFAULT_5XX', undefined, 'KMSInternalException', 'its own'],
    ['EXPIRED_TOKEN', '400', 'ExpiredTokenException', 'its own'],
    ['INTEGRATION_FAILURE', '500', 'KMSInternalException', 'its own'],
    ['INTEGRATION_TIMEOUT', '503', 'DependencyTimeoutException', 'its own'],
    ['INVALID_SIGNATURE', '400', 'InvalidSignatureException', 'its own'],
    ['MISSING_AUTHENTICATION_TOKEN', '400', 'MissingAuthenticationTokenException', 'Missing Authentication Token'],
    ['THROTTLED', '400', 'ThrottlingException', 'Rate exceeded'],
  ]);
});

it('keeps a log of every call for a year, refused ones too, as JSON, and throttles', () => {
  const [, { Properties: stage } = { Properties: undefined }] =
    resourcesOf(template, 'AWS::ApiGateway::Stage')[0] ?? [];
  const logArn = referenceOf(stage.AccessLogSetting.DestinationArn);
  const [, log] = resourcesOf(template, 'AWS::Logs::LogGroup').find(([id]) => logArn.endsWith(`:${id}`)) ?? [];
  expect(log?.Properties.RetentionInDays).toBe(365);
  const fields = JSON.parse(stage.AccessLogSetting.Format);
  expect(fields).toMatchObject({ requestId: '$context.requestId', caller: '$context.identity.userArn' });
  expect(stage.StageName).toBe('prod');
  expect(stage.MethodSettings).toEqual([
    {
      HttpMethod: '*',
      ResourcePath: '/*',
      DataTraceEnabled: false, // nothing of a call itself is in a log
      ThrottlingBurstLimit: 500,
      ThrottlingRateLimit: 1000,
    },
  ]);
});

it('sets the role in which API Gateway writes logs, unless the account has one', () => {
  template.resourceCountIs('AWS::ApiGateway::Account', 1);
  const existing = synthesise({ gatewayLogRole: 'existing' });
  existing.resourceCountIs('AWS::ApiGateway::Account', 0);
  existing.resourceCountIs('AWS::ApiGateway::Stage', 1);
});

it('can be private: called through one interface endpoint alone, by the principals of our account', () => {
  const stack = synthesise({ endpoint: 'private' });
  const [[endpointId, endpoint] = ['', undefined], ...others] = resourcesOf(stack, 'AWS::EC2::VPCEndpoint');
  expect(others).toEqual([]);
  const { EndpointConfiguration, Policy } = apiOf(stack);
  expect(EndpointConfiguration).toEqual({ Types: ['PRIVATE'], VpcEndpointIds: [{ Ref: endpointId }] });
  expect(Policy.Statement).toMatchObject([
    { Sid: 'RouterCallers', Effect: 'Deny' },
    {
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 'execute-api:Invoke',
      Resource: 'execute-api:/*',
      Condition: { StringNotEquals: { 'aws:SourceVpce': [{ Ref: endpointId }] } },
    },
  ]);
  expect(endpoint?.Properties).toMatchObject({ VpcEndpointType: 'Interface', PrivateDnsEnabled: false });
  const [statement, ...more] = endpoint?.Properties.PolicyDocument.Statement ?? [];
  expect(more).toEqual([]);
  expect(statement).toMatchObject({ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'execute-api:Invoke' });
  expect(statement.Condition).toEqual({ StringEquals: { 'aws:PrincipalAccount': [{ Ref: 'AWS::AccountId' }] } });
  expect(referenceOf(statement.Resource)).toMatch(/^arn:AWS::Partition:execute-api:AWS::Region:AWS::AccountId:\*$/);

  stack.resourceCountIs('AWS::EC2::NatGateway', 0);
  stack.resourceCountIs('AWS::EC2::InternetGateway', 0);
  stack.resourceCountIs('AWS::EC2::FlowLog', 1);
  const ingress = resourcesOf(stack, 'AWS::EC2::SecurityGroup').map(
    ([, { Properties }]) => Properties.SecurityGroupIngress,
  );
  expect(ingress).toMatchObject([[{ FromPort: 443, ToPort: 443, IpProtocol: 'tcp' }]]);
});

it('lets principals of trusted accounts through the interface endpoint too', () => {
  const [, endpoint] =
    resourcesOf(synthesise({ endpoint: 'private', trustedAccounts: '444455556666' }), 'AWS::EC2::VPCEndpoint')[0] ?? [];
  const [{ Condition }] = endpoint?.Properties.PolicyDocument.Statement ?? [];
  expect(Condition.StringEquals['aws:PrincipalAccount']).toEqual([{ Ref: 'AWS::AccountId' }, '444455556666']);
});

it('tells clients where it is', () => {
  const endpointOf = (stack: typeof template) =>
    Object.entries(stack.findOutputs('*')).flatMap(([id, { Value }]) =>
      id.startsWith('KmsEndpoint') ? [referenceOf(Value)] : [],
    );
  expect(endpointOf(template)).toEqual([
    expect.stringMatching(/^https:\/\/Api\w+\.execute-api\.AWS::Region\.AWS::URLSuffix\/prod$/),
  ]);
  expect(endpointOf(synthesise({ endpoint: 'private' }))).toEqual([
    expect.stringMatching(/^https:\/\/Api\w+-PrivateEndpoint\w+\.execute-api\.AWS::Region\.AWS::URLSuffix\/prod$/),
  ]);
});
