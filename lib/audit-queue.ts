import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { delivery } from '../lambdas/audit/delivery-facts.ts';

export interface AuditQueueProps {
  readonly removal: RemovalPolicy;
}

/** Six times as long as the function may take and its batch waits, as AWS advises: by then nobody works on a record. */
const visibilitySeconds = 6 * delivery.timeoutSeconds + delivery.windowSeconds;
/** Half a day of tries: what S3 refuses for hours is delivered all the same. What is no record is set aside at once. */
const maxReceiveCount = 100;

/** Audit records on their way to the trail; those that cannot be delivered wait aside. 14 days is the longest SQS keeps them. */
export class AuditQueue extends Construct {
  readonly queue: Queue;
  readonly undelivered: Queue;

  constructor(scope: Construct, id: string, { removal }: AuditQueueProps) {
    super(scope, id);
    const durable: QueueProps = {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: removal,
    };
    this.undelivered = new Queue(this, 'Undelivered', durable);
    this.queue = new Queue(this, 'Records', {
      ...durable,
      visibilityTimeout: Duration.seconds(visibilitySeconds),
      deadLetterQueue: { queue: this.undelivered, maxReceiveCount },
    });
  }
}
