import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { InstallationRegions } from './installation-regions.ts';

export interface RootSecretProps {
  readonly installation: string;
  readonly removal: RemovalPolicy;
  /** @default no other Region has a replica */
  readonly regions?: InstallationRegions;
}

/**
 * The secret from which version 1 of the root key is derived: 64 letters and digits, some 381 bits, made inside AWS.
 * Its loss is the loss of all keys, so all of this is frozen: CloudFormation generates the value anew when the way of
 * generating changes, and under a fixed name no second secret can be made for the same tables by mistake.
 *
 * It is made in the home Region; Secrets Manager keeps replicas in the others, under the same name.
 */
export class RootSecret extends Construct {
  /** By which functions ask for it: its ARN, of a replica its name. */
  readonly secretId: string;
  /** For policies. */
  readonly secretArn: string;

  constructor(scope: Construct, id: string, { installation, removal, regions }: RootSecretProps) {
    super(scope, id);
    const secretName = `${installation}/root-1`;
    const stack = Stack.of(this);
    if (regions && regions.home !== stack.region) {
      const resourceName = `${secretName}-??????`; // Secrets Manager ends the ARN with six characters of its own
      const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
      this.secretId = secretName;
      this.secretArn = stack.formatArn({ service: 'secretsmanager', resource: 'secret', resourceName, arnFormat });
      return;
    }
    const secret = new Secret(this, 'V1', {
      secretName,
      description: 'The root of all keys. Without it every key is lost.',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: removal,
      ...(regions && { replicaRegions: regions.replicas.map((replica) => ({ region: replica })) }),
    });
    if (removal === RemovalPolicy.RETAIN) secret.denyAccountRootDelete();
    this.secretId = secret.secretArn;
    this.secretArn = secret.secretArn;
  }
}
