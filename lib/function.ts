import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { environmentOf, type Needs, type Resources, statementsOf } from './function-access.ts';

export interface FunctionProps {
  /** The bundle of an operation or a schedule, whose `index.handler` is called; tests pass inline code. */
  readonly code: (name: string) => Code;
  readonly resources: Resources;
  /** Of the logs. */
  readonly removal: RemovalPolicy;
}

export interface FunctionOptions {
  readonly timeout: Duration;
  /** What its role allows besides what it needs. */
  readonly more?: readonly PolicyStatement[];
}

const functionDefaults = {
  runtime: Runtime.NODEJS_24_X,
  architecture: Architecture.ARM_64,
  handler: 'index.handler',
  memorySize: 1024, // CPU comes with it, which RSA keys and cold starts need
};

/** A function with a role and a log of its own, which may touch only what it needs. Ids are by its name. */
export const newFunction = (
  scope: Construct,
  needs: Needs,
  { code, resources, removal }: FunctionProps,
  { timeout, more = [] }: FunctionOptions,
): LambdaFunction => {
  const { name } = needs;
  const logGroup = new LogGroup(scope, `${name}Logs`, {
    retention: RetentionDays.THREE_MONTHS,
    removalPolicy: removal,
  });
  const writeLogs = new PolicyStatement({
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [logGroup.logGroupArn],
  });
  const statements = [writeLogs, ...statementsOf(needs, resources), ...more];
  const role = new Role(scope, `${name}Role`, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: { [name]: new PolicyDocument({ statements }) },
  });
  return new LambdaFunction(scope, name, {
    ...functionDefaults,
    timeout,
    code: code(name),
    description: `KMS ${name}`,
    environment: environmentOf(needs, resources),
    logGroup,
    role: role.withoutPolicyUpdates(), // its one policy is above
  });
};
