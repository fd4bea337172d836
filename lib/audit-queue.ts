import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface AuditQueueProps {
  readonly removal: RemovalPolicy;
}

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
      deadLetterQueue: { queue: this.undelivered, maxReceiveCount: 5 },
    });
  }
}
