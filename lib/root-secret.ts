import { RemovalPolicy } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

export interface RootSecretProps {
  readonly installation: string;
  readonly removal: RemovalPolicy;
}

/**
 * The secret from which version 1 of the root key is derived: 64 letters and digits, some 381 bits, made inside AWS.
 * Its loss is the loss of all keys, so all of this is frozen: CloudFormation generates the value anew when the way of
 * generating changes, and under a fixed name no second secret can be made for the same tables by mistake.
 */
export class RootSecret extends Construct {
  readonly secret: Secret;

  constructor(scope: Construct, id: string, { installation, removal }: RootSecretProps) {
    super(scope, id);
    this.secret = new Secret(this, 'V1', {
      secretName: `${installation}/root-1`,
      description: 'The root of all keys. Without it every key is lost.',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: removal,
    });
    if (removal === RemovalPolicy.RETAIN) this.secret.denyAccountRootDelete();
  }
}
