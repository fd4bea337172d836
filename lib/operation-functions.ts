import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { AwsIntegration, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Operation } from '../lambdas/operation.ts';
import { operations } from '../lambdas/operations/index.ts';
import { environmentOf, type Resources, statementsOf } from './function-access.ts';

export interface OperationFunctionsProps {
  readonly api: RestApi;
  /** The bundle of an operation, whose `index.handler` is called; tests pass inline code. */
  readonly code: (operation: string) => Code;
  readonly resources: Resources;
  /** Of the logs. */
  readonly removal: RemovalPolicy;
}

const functionDefaults = {
  runtime: Runtime.NODEJS_24_X,
  architecture: Architecture.ARM_64,
  handler: 'index.handler',
  memorySize: 1024, // CPU comes with it, which RSA keys and cold starts need
  timeout: Duration.seconds(20), // less than the gateway's 29
};

/** One function and one route per operation; a function may touch only what its operation declares. */
export class OperationFunctions extends Construct {
  constructor(scope: Construct, id: string, props: OperationFunctionsProps) {
    super(scope, id);
    // The gateway calls the functions in this role; permissions on each function would cost two resources a route.
    const invoke = new PolicyStatement({ actions: ['lambda:InvokeFunction'] });
    const credentialsRole = new Role(this, 'Gateway', {
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      inlinePolicies: { invoke: new PolicyDocument({ statements: [invoke] }) },
    });
    for (const operation of operations) {
      const { functionArn } = this.newFunction(operation, props);
      invoke.addResources(functionArn);
      const path = `2015-03-31/functions/${functionArn}/invocations`;
      const integration = new AwsIntegration({ proxy: true, service: 'lambda', path, options: { credentialsRole } });
      props.api.root.addResource(operation.name).addMethod('POST', integration);
    }
  }

  private newFunction(operation: Operation, { code, resources, removal }: OperationFunctionsProps) {
    const { name } = operation;
    const logGroup = new LogGroup(this, `${name}Logs`, {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: removal,
    });
    const writeLogs = new PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroup.logGroupArn],
    });
    const role = new Role(this, `${name}Role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        [name]: new PolicyDocument({ statements: [writeLogs, ...statementsOf(operation, resources)] }),
      },
    });
    return new LambdaFunction(this, name, {
      ...functionDefaults,
      code: code(name),
      description: `KMS ${name}`,
      environment: environmentOf(operation, resources),
      logGroup,
      role: role.withoutPolicyUpdates(), // its one policy is above
    });
  }
}
