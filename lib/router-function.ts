import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { variables } from '../lambdas/environment.ts';
import { type FunctionProps, newLeastFunction } from './function.ts';

export interface RouterFunctionProps extends FunctionProps {
  /** Of the operations; the router may call them and do nothing else. */
  readonly functionArns: readonly string[];
}

/** More than the router waits for an operation, less than the gateway waits for it. */
const timeout = Duration.seconds(26);

/** Behind `POST /`: it hands a call to the function of the operation that `X-Amz-Target` names. */
export class RouterFunction extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: RouterFunctionProps) {
    super(scope, id);
    const invoke = new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [...props.functionArns] });
    this.function = newLeastFunction(
      this,
      {
        name: 'Router',
        environment: { [variables.installationId]: props.resources.installation },
        statements: [invoke],
      },
      props,
      { timeout },
    );
  }
}
