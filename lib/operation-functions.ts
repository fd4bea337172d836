import { Duration } from 'aws-cdk-lib';
import { AwsIntegration, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { operations } from '../lambdas/operations/index.ts';
import { type FunctionProps, newFunction } from './function.ts';
import { needsOf } from './function-access.ts';

export interface OperationFunctionsProps extends FunctionProps {
  readonly api: RestApi;
}

const timeout = Duration.seconds(20); // less than the gateway's 29

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
      const { functionArn } = newFunction(this, needsOf(operation), props, { timeout });
      invoke.addResources(functionArn);
      const path = `2015-03-31/functions/${functionArn}/invocations`;
      const integration = new AwsIntegration({ proxy: true, service: 'lambda', path, options: { credentialsRole } });
      props.api.root.addResource(operation.name).addMethod('POST', integration);
    }
  }
}
