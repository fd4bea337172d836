import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { auditClaimExpiry, auditClaims } from '../core/model/audit-claims.ts';
import { delivery } from '../lambdas/audit/delivery-facts.ts';
import { variables } from '../lambdas/environment.ts';
import { acceptObjects } from './accepted.ts';
import { type CodeProps, newLeastFunction } from './function.ts';
import { newTable } from './tables.ts';

export interface AuditDeliveryProps extends CodeProps {
  readonly installation: string;
  readonly removal: RemovalPolicy;
  readonly bucket: Bucket;
  readonly records: Queue;
  readonly undelivered: Queue;
}

/** Batches under way at once: enough for thousands of records a second, and few enough not to wait for each other. */
const maxConcurrency = 5;

/** Makes log files of the queue's records, each in one file: the claims say in which. (docs/decisions/0011) */
export class AuditDelivery extends Construct {
  readonly fn: LambdaFunction;

  constructor(scope: Construct, id: string, props: AuditDeliveryProps) {
    super(scope, id);
    const { bucket, records, undelivered } = props;
    const claims: Table = newTable(this, 'audit-claims', auditClaims, { ...props, expiry: auditClaimExpiry });
    const files = bucket.arnForObjects('AWSLogs/*/CloudTrail/*');
    const statements = [
      { actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], resources: [records.queueArn] },
      { actions: ['sqs:SendMessage'], resources: [undelivered.queueArn] },
      { actions: ['dynamodb:Query', 'dynamodb:PutItem'], resources: [claims.tableArn] },
      { actions: ['s3:PutObject', 's3:GetObject'], resources: [files] },
      { actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }, // without it S3 does not tell what is not there
    ];
    this.fn = newLeastFunction(
      this,
      {
        name: 'DeliverAuditRecords',
        environment: {
          [variables.auditBucket]: bucket.bucketName,
          [variables.auditClaimsTable]: claims.tableName,
          [variables.undeliveredQueueUrl]: undelivered.queueUrl,
        },
        statements: statements.map((statement) => new PolicyStatement(statement)),
      },
      props,
      { timeout: Duration.seconds(delivery.timeoutSeconds) },
    );
    acceptObjects(
      this,
      bucket,
      'AWSLogs/*/CloudTrail/*',
      'Files are named after the account, the Region and the time.',
    );
    this.fn.addEventSource(
      new SqsEventSource(records, {
        batchSize: delivery.recordsPerBatch,
        maxBatchingWindow: Duration.seconds(delivery.windowSeconds),
        reportBatchItemFailures: true,
        maxConcurrency,
      }),
    );
  }
}
