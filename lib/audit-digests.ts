import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { variables } from '../lambdas/environment.ts';
import { accept, acceptObjects } from './accepted.ts';
import { type CodeProps, newLeastFunction } from './function.ts';
import { invokeBySchedule } from './scheduled.ts';

export interface AuditDigestsProps extends CodeProps {
  readonly installation: string;
  readonly removal: RemovalPolicy;
  readonly bucket: Bucket;
  /** Where word of passes that failed goes. */
  readonly failed: Queue;
}

/** Makes the digests of each hour, ten minutes after it, and signs them. */
export class AuditDigests extends Construct {
  readonly fn: LambdaFunction;

  constructor(scope: Construct, id: string, props: AuditDigestsProps) {
    super(scope, id);
    const { installation, removal, bucket, failed } = props;
    // Without a value: the function makes the key, which CloudFormation cannot, and never makes a second one.
    const key = new CfnSecret(this, 'SigningKey', {
      name: `${installation}/audit-signing-key`,
      description: 'Signs the digests of the audit log: an RSA key, PKCS #8 in DER.',
    });
    key.applyRemovalPolicy(removal);
    const statements = [
      { actions: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'], resources: [key.ref] },
      { actions: ['s3:ListBucket'], resources: [bucket.bucketArn] },
      { actions: ['s3:GetObject'], resources: [bucket.arnForObjects('AWSLogs/*')] },
      { actions: ['s3:PutObject'], resources: [bucket.arnForObjects('AWSLogs/*/CloudTrail-Digest/*')] },
    ];
    const name = 'MakeAuditDigests';
    this.fn = newLeastFunction(
      this,
      {
        name,
        environment: { [variables.auditBucket]: bucket.bucketName, [variables.signingKeyArn]: key.ref },
        statements: statements.map((statement) => new PolicyStatement(statement)),
      },
      props,
      { timeout: Duration.minutes(15), failed },
    );
    for (const names of ['AWSLogs/*', 'AWSLogs/*/CloudTrail-Digest/*']) {
      acceptObjects(this, bucket, names, 'Files are named after the account, the Region and the time.');
    }
    accept(
      key,
      'SMG4',
      'Digests that are there are verified with the key that signed them; another would begin new chains.',
    );
    invokeBySchedule(this, this.fn, { name, schedule: Schedule.cron({ minute: '10' }), failed });
  }
}
