import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { functionName } from '../lambdas/environment.ts';
import { environmentOf, type Needs, type Resources, statementsOf } from './function-access.ts';

export interface CodeProps {
  /** The bundle of a function, whose `index.handler` is called; tests pass inline code. */
  readonly code: (name: string) => Code;
  /** Of the logs. */
  readonly removal: RemovalPolicy;
}

export interface FunctionProps extends CodeProps {
  readonly resources: Resources;
}

/** What a function consists of. */
export interface FunctionParts {
  readonly name: string;
  /** In the account and Region. @default - CloudFormation makes one of `name` */
  readonly functionName?: string;
  readonly environment: Record<string, string>;
  /** All that its role allows, but for its own log. */
  readonly statements: readonly PolicyStatement[];
}

export interface FunctionOptions {
  readonly timeout: Duration;
  /**
   * Where word goes of invocations by events that failed for good: Lambda tries each twice more. As a property of the
   * function it is no resource of its own, of which a stack has a limited number.
   */
  readonly failed?: IQueue;
}

const functionDefaults = {
  runtime: Runtime.NODEJS_24_X,
  architecture: Architecture.ARM_64,
  handler: 'index.handler',
  memorySize: 1024, // CPU comes with it, which RSA keys and cold starts need
};

/** A function which may touch only what it needs. */
export const newFunction = (
  scope: Construct,
  needs: Needs,
  props: FunctionProps,
  options: FunctionOptions,
): LambdaFunction => {
  const { resources } = props;
  const environment = environmentOf(needs, resources);
  const { name } = needs;
  const statements = statementsOf(needs, resources);
  const parts = { name, functionName: functionName(resources.installation, name), environment, statements };
  return newLeastFunction(scope, parts, props, options);
};

/** A function with a role and a log of its own. Ids are by its name. */
export const newLeastFunction = (
  scope: Construct,
  { name, functionName, environment, statements: needed }: FunctionParts,
  { code, removal }: CodeProps,
  { timeout, failed }: FunctionOptions,
): LambdaFunction => {
  const logGroup = new LogGroup(scope, `${name}Logs`, {
    retention: RetentionDays.THREE_MONTHS,
    removalPolicy: removal,
  });
  const writeLogs = new PolicyStatement({
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [logGroup.logGroupArn],
  });
  const tellFailures = failed && new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [failed.queueArn] });
  const statements = [writeLogs, ...needed, ...(tellFailures ? [tellFailures] : [])];
  const role = new Role(scope, `${name}Role`, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: { [name]: new PolicyDocument({ statements }) },
  });
  return new LambdaFunction(scope, name, {
    ...functionDefaults,
    ...(functionName && { functionName }),
    ...(failed && { deadLetterQueue: failed }),
    timeout,
    code: code(name),
    description: `KMS ${name}`,
    environment,
    logGroup,
    role: role.withoutPolicyUpdates(), // its one policy is above
  });
};
