import { Duration } from 'aws-cdk-lib';
import { AwsIntegration, type IResource, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { operations } from '../lambdas/operations/index.ts';
import { type FunctionProps, newFunction } from './function.ts';
import { needsOf } from './function-access.ts';
import { RouterFunction } from './router-function.ts';

export interface OperationFunctionsProps extends FunctionProps {
  readonly api: RestApi;
}

const timeout = Duration.seconds(20); // less than the gateway's 29

/** One function and one route per operation; a function may touch only what its operation declares. And `POST /`. */
export class OperationFunctions extends Construct {
  /** In the order of the registry. */
  readonly functions: readonly LambdaFunction[];
  readonly router: LambdaFunction;

  constructor(scope: Construct, id: string, props: OperationFunctionsProps) {
    super(scope, id);
    // The gateway calls the functions in this role; permissions on each function would cost two resources a route.
    const invoke = new PolicyStatement({ actions: ['lambda:InvokeFunction'] });
    const credentialsRole = new Role(this, 'Gateway', {
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      inlinePolicies: { invoke: new PolicyDocument({ statements: [invoke] }) },
    });
    const route = (resource: IResource, { functionArn }: LambdaFunction) => {
      invoke.addResources(functionArn);
      const path = `2015-03-31/functions/${functionArn}/invocations`;
      resource.addMethod(
        'POST',
        new AwsIntegration({ proxy: true, service: 'lambda', path, options: { credentialsRole } }),
      );
    };
    const { root } = props.api;
    this.functions = operations.map((operation) => {
      const fn = newFunction(this, needsOf(operation), props, { timeout });
      route(root.addResource(operation.name), fn);
      return fn;
    });
    const functionArns = this.functions.map(({ functionArn }) => functionArn);
    this.router = new RouterFunction(this, 'Router', { ...props, functionArns }).function;
    route(root, this.router);
  }
}
