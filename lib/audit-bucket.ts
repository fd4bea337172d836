import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership, StorageClass } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { accept } from './accepted.ts';
import { auditLockOf } from './audit-lock.ts';

export interface AuditBucketProps {
  readonly removal: RemovalPolicy;
}

/** Log files and digests, laid out as CloudTrail's. What is once there is never replaced, and deleted only after its time. */
export class AuditBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { removal }: AuditBucketProps) {
    super(scope, id);
    const lock = auditLockOf(this.node, removal);
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      versioned: true,
      ...(lock && { objectLockEnabled: true, objectLockDefaultRetention: lock }),
      removalPolicy: removal,
      autoDeleteObjects: removal === RemovalPolicy.DESTROY,
      lifecycleRules: [
        {
          // Cold, and still there at once for whoever verifies. S3 leaves files below 128 kB where they are: they would cost more.
          transitions: [{ storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: Duration.days(90) }],
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
    });
    accept(
      this.bucket,
      'S1',
      'It is a log itself: logs of who reads it are for a trail of data events, not for another bucket.',
    );
    new CfnOutput(this, 'Name', { value: this.bucket.bucketName, description: 'The audit log' });
  }

  /** Whatever other policies allow: nobody but these roles writes, and they never replace what is there. */
  onlyWrittenBy(roles: readonly IRole[]): void {
    const put = {
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['s3:PutObject'],
      resources: [this.bucket.arnForObjects('*')],
    };
    const writers = roles.map(({ roleArn }) => roleArn);
    const others = { ArnNotEquals: { 'aws:PrincipalArn': writers } };
    const unconditional = { Null: { 's3:if-none-match': 'true' } };
    this.bucket.addToResourcePolicy(new PolicyStatement({ sid: 'OnlyDelivery', ...put, conditions: others }));
    this.bucket.addToResourcePolicy(new PolicyStatement({ sid: 'NeverReplaced', ...put, conditions: unconditional }));
  }
}
