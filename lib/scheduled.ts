import { Rule, type Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as Target } from 'aws-cdk-lib/aws-events-targets';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** As often as Lambda tries a function that failed; what is not done is due in the next pass too. */
const retryAttempts = 2;

/** A rule that invokes a function; invocations that could not be made go to a queue. */
export const invokeBySchedule = (
  scope: Construct,
  fn: LambdaFunction,
  { name, schedule, failed }: { readonly name: string; readonly schedule: Schedule; readonly failed: Queue },
): void => {
  new Rule(scope, `${name}Rule`, {
    description: `Runs ${name}`,
    schedule,
    targets: [new Target(fn, { deadLetterQueue: failed, retryAttempts })],
  });
};
