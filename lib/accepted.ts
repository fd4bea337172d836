import { type CfnElement, Stack, Validations } from 'aws-cdk-lib';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';

/** A finding of cdk-nag that is accepted for a construct and what is in it, and why. A test accepts no other. */
export const accept = (construct: IConstruct, rule: string, reason: string): void =>
  Validations.of(construct).acknowledge({ id: `AwsSolutions-${rule}`, reason });

/** Rights on objects whose names are not known yet. */
export const acceptObjects = (construct: IConstruct, bucket: Bucket, names: string, reason: string): void => {
  const id = Stack.of(bucket).getLogicalId(bucket.node.defaultChild as CfnElement); // a bucket's is the resource
  accept(construct, `IAM5[Resource::<${id}.Arn>/${names}]`, reason);
};
