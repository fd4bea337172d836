import { Duration } from 'aws-cdk-lib';
import { Schedule as Every, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as Target } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { schedules } from '../lambdas/schedules/index.ts';
import { type FunctionProps, newFunction } from './function.ts';
import { needsOfSchedule } from './function-access.ts';

/** A pass that runs out of it goes on with the next: what is left is still due. */
const timeout = Duration.minutes(5);
/** Of a pass that failed; what it could not do is due in the next one too. */
const retryAttempts = 2;

/**
 * A function for each schedule, and a rule that invokes it. Invocations that failed for good, and those that EventBridge
 * could not make, wait in `failed` for somebody to look: 14 days is the longest SQS keeps them.
 */
export class ScheduleFunctions extends Construct {
  readonly failed: Queue;

  constructor(scope: Construct, id: string, props: FunctionProps) {
    super(scope, id);
    this.failed = new Queue(this, 'Failed', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: props.removal,
    });
    const tell = new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.failed.queueArn] });
    const onFailure = new SqsDestination(this.failed);

    for (const schedule of schedules) {
      const { name, everyMinutes } = schedule;
      const fn = newFunction(this, needsOfSchedule(schedule), props, { timeout, more: [tell] });
      fn.configureAsyncInvoke({ onFailure, retryAttempts });
      new Rule(this, `${name}Rule`, {
        description: `Runs ${name}`,
        schedule: Every.rate(Duration.minutes(everyMinutes)),
        targets: [new Target(fn, { deadLetterQueue: this.failed, retryAttempts })],
      });
    }
  }
}
