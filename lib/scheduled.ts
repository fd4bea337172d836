import { Rule, type Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as Target } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** Of a pass that failed; what it could not do is due in the next one too. */
const retryAttempts = 2;

/** What a function that is invoked by a schedule may do besides what it needs. */
export const tellingFailures = (failed: Queue): PolicyStatement =>
  new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [failed.queueArn] });

/** A rule that invokes a function; invocations that failed for good, and those that could not be made, go to a queue. */
export const invokeBySchedule = (
  scope: Construct,
  fn: LambdaFunction,
  { name, schedule, failed }: { readonly name: string; readonly schedule: Schedule; readonly failed: Queue },
): void => {
  fn.configureAsyncInvoke({ onFailure: new SqsDestination(failed), retryAttempts });
  new Rule(scope, `${name}Rule`, {
    description: `Runs ${name}`,
    schedule,
    targets: [new Target(fn, { deadLetterQueue: failed, retryAttempts })],
  });
};
