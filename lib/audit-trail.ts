import type { RemovalPolicy } from 'aws-cdk-lib';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { AuditBucket } from './audit-bucket.ts';
import { AuditDelivery } from './audit-delivery.ts';
import { AuditDigests } from './audit-digests.ts';
import type { CodeProps } from './function.ts';

export interface AuditTrailProps extends CodeProps {
  readonly installation: string;
  readonly removal: RemovalPolicy;
  /** Audit records on their way, and where those go that cannot be delivered. */
  readonly records: Queue;
  readonly undelivered: Queue;
  /** Where word of digests that could not be made goes. */
  readonly failed: Queue;
}

/** From the queue to log files in the bucket, and from these to signed digests. */
export class AuditTrail extends Construct {
  constructor(scope: Construct, id: string, props: AuditTrailProps) {
    super(scope, id);
    const storage = new AuditBucket(this, 'Log', props);
    const { bucket } = storage;
    const writers = [
      new AuditDelivery(this, 'Delivery', { ...props, bucket }),
      new AuditDigests(this, 'Digests', { ...props, bucket }),
    ];
    storage.onlyWrittenBy(writers.flatMap(({ fn }) => fn.role ?? []));
  }
}
