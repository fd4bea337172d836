import { Duration } from 'aws-cdk-lib';
import { Schedule as Every } from 'aws-cdk-lib/aws-events';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { schedules } from '../lambdas/schedules/index.ts';
import { accept } from './accepted.ts';
import { type FunctionProps, newFunction } from './function.ts';
import { needsOfSchedule } from './function-access.ts';
import { invokeBySchedule } from './scheduled.ts';

/** A pass that runs out of it goes on with the next: what is left is still due. */
const timeout = Duration.minutes(5);

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
    accept(this.failed, 'SQS3', 'It is itself where rules and functions leave what failed for good.');
    for (const schedule of schedules) {
      const { name, everyMinutes } = schedule;
      const fn = newFunction(this, needsOfSchedule(schedule), props, { timeout, failed: this.failed });
      const rate = Every.rate(Duration.minutes(everyMinutes));
      invokeBySchedule(this, fn, { name, schedule: rate, failed: this.failed });
    }
  }
}
