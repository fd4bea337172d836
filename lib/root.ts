import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccountRootPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Alias, Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { accept } from './accepted.ts';
import type { InstallationRegions } from './installation-regions.ts';

export type RootKind = 'secret' | 'kms';

export interface RootProps {
  readonly installation: string;
  readonly removal: RemovalPolicy;
  readonly kind: RootKind;
  /** @default no other Region has a replica */
  readonly regions?: InstallationRegions | undefined;
}

/** Where functions that handle key material find the root, and what they must be allowed for that. */
export interface RootAccess {
  /** By which functions ask for it: its ARN, of a replica its name. */
  readonly id: string;
  /** For policies. */
  readonly arn: string;
  readonly action: 'secretsmanager:GetSecretValue' | 'kms:GenerateMac';
}

/**
 * That from which version 1 of the root key is derived. Its loss is the loss of all keys, so it is frozen: ids and names
 * stay, and so does the way the secret is generated, since CloudFormation makes a new value when that changes.
 */
export class Root extends Construct {
  readonly access: RootAccess;

  constructor(scope: Construct, id: string, { kind, ...props }: RootProps) {
    super(scope, id);
    const { region } = Stack.of(this);
    const isReplica = props.regions !== undefined && props.regions.home !== region;
    if (kind === 'kms') this.access = this.newKey(props);
    else this.access = isReplica ? this.replica(props) : this.newSecret(props);
  }

  /**
   * 64 letters and digits, some 381 bits, made inside AWS, in the home Region; Secrets Manager keeps replicas in the others.
   * Under a fixed name there is no second one by mistake.
   */
  private newSecret({ installation, removal, regions }: Omit<RootProps, 'kind'>): RootAccess {
    const secret = new Secret(this, 'V1', {
      secretName: `${installation}/root-1`,
      description: 'The root of all keys. Without it every key is lost.',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: removal,
      ...(regions && { replicaRegions: regions.replicas.map((replica) => ({ region: replica })) }),
    });
    accept(secret, 'SMG4', 'Another value would lose all keys. A new root is a new secret, beside this one.');
    if (removal === RemovalPolicy.RETAIN) secret.denyAccountRootDelete();
    return { id: secret.secretArn, arn: secret.secretArn, action: 'secretsmanager:GetSecretValue' };
  }

  private replica({ installation }: Omit<RootProps, 'kind'>): RootAccess {
    const id = `${installation}/root-1`;
    const resourceName = `${id}-??????`; // Secrets Manager ends the ARN with six characters of its own
    const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
    const arn = Stack.of(this).formatArn({ service: 'secretsmanager', resource: 'secret', resourceName, arnFormat });
    return { id, arn, action: 'secretsmanager:GetSecretValue' };
  }

  /** An HMAC key: what functions derive from is a MAC that it makes, so that the root itself never leaves AWS KMS. */
  private newKey({ installation, removal, regions }: Omit<RootProps, 'kind'>): RootAccess {
    if (regions !== undefined)
      throw new Error(`${this.node.path}: rootKey kms is for one Region, not with replicaRegions`);
    const lasting = removal === RemovalPolicy.RETAIN;
    const key = new Key(this, 'KmsV1', {
      description: 'The root of all keys. Without it every key is lost.',
      keySpec: KeySpec.HMAC_512,
      keyUsage: KeyUsage.GENERATE_VERIFY_MAC,
      removalPolicy: removal,
      pendingWindow: Duration.days(lasting ? 30 : 7), // the longest and the shortest there is
    });
    if (lasting) {
      key.addToResourcePolicy(
        new PolicyStatement({
          effect: Effect.DENY,
          principals: [new AccountRootPrincipal()],
          actions: ['kms:ScheduleKeyDeletion'],
          resources: ['*'],
        }),
      );
    }
    new Alias(this, 'KmsV1Alias', {
      aliasName: `alias/${installation}/root-1`,
      targetKey: key,
      removalPolicy: removal,
    });
    return { id: key.keyArn, arn: key.keyArn, action: 'kms:GenerateMac' };
  }
}
