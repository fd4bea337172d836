import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccountRootPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Alias, Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { accept } from './accepted.ts';
import type { InstallationRegions } from './installation-regions.ts';
import { madeVersions, type RootVersions, readRootVersions } from './root-versions.ts';

export type RootKind = 'secret' | 'kms';

export interface RootProps {
  readonly installation: string;
  readonly removal: RemovalPolicy;
  readonly kind: RootKind;
  /** @default - version 1 alone */
  readonly versions?: RootVersions | undefined;
  /** @default no other Region has a replica */
  readonly regions?: InstallationRegions | undefined;
}

/** Where functions that handle key material find the roots, and what they must be allowed for that. */
export interface RootAccess {
  /** By which functions ask for each, with commas between, version 1 first: its ARN, of a replica its name; nothing for one given up. */
  readonly ids: string;
  /** The version in force, where it is not the last. */
  readonly inForce?: number | undefined;
  /** For policies. */
  readonly arns: string[];
  readonly action: 'secretsmanager:GetSecretValue' | 'kms:GenerateMac';
}

/** One root. */
interface Made {
  readonly id: string;
  readonly arn: string;
}

/**
 * That from which the versions of the root key are derived. The loss of one is the loss of all keys that are under it, so
 * they are frozen: ids and names stay, and so does the way a secret is generated, since CloudFormation makes a new value
 * when that changes. They come and go as docs/deploy.md says.
 */
export class Root extends Construct {
  readonly access: RootAccess;

  constructor(scope: Construct, id: string, { kind, versions = { last: 1 }, ...props }: RootProps) {
    super(scope, id);
    const { region } = Stack.of(this);
    const isReplica = props.regions !== undefined && props.regions.home !== region;
    const { first, last, inForce } = readRootVersions(versions, this.node.path);
    const make = (version: number): Made => {
      if (kind === 'kms') return this.newKey(version, props);
      return isReplica ? this.replica(version, props) : this.newSecret(version, props);
    };
    const made = madeVersions({ first, last, inForce }).map((version) => ({ version, ...make(version) }));
    const inUse = made.filter(({ version }) => version >= first);
    const givenUp = Array.from({ length: first - 1 }, () => '');
    this.access = {
      ids: [...givenUp, ...inUse.map((root) => root.id)].join(','),
      inForce: inForce === last ? undefined : inForce,
      arns: inUse.map(({ arn }) => arn),
      action: kind === 'kms' ? 'kms:GenerateMac' : 'secretsmanager:GetSecretValue',
    };
  }

  /**
   * 64 letters and digits, some 381 bits, made inside AWS, in the home Region; Secrets Manager keeps replicas in the others.
   * Under a fixed name there is no second one by mistake.
   */
  private newSecret(version: number, { installation, removal, regions }: Omit<RootProps, 'kind'>): Made {
    const secret = new Secret(this, `V${version}`, {
      secretName: `${installation}/root-${version}`,
      description: 'The root of all keys. Without it every key is lost.',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: removal,
      ...(regions && { replicaRegions: regions.replicas.map((replica) => ({ region: replica })) }),
    });
    accept(secret, 'SMG4', 'Another value would lose all keys. A new root is a new secret, beside this one.');
    if (removal === RemovalPolicy.RETAIN) secret.denyAccountRootDelete();
    return { id: secret.secretArn, arn: secret.secretArn };
  }

  private replica(version: number, { installation }: Omit<RootProps, 'kind'>): Made {
    const id = `${installation}/root-${version}`;
    const resourceName = `${id}-??????`; // Secrets Manager ends the ARN with six characters of its own
    const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
    const arn = Stack.of(this).formatArn({ service: 'secretsmanager', resource: 'secret', resourceName, arnFormat });
    return { id, arn };
  }

  /** An HMAC key: what functions derive from is a MAC that it makes, so that the root itself never leaves AWS KMS. */
  private newKey(version: number, { installation, removal, regions }: Omit<RootProps, 'kind'>): Made {
    if (regions !== undefined)
      throw new Error(`${this.node.path}: rootKey kms is for one Region, not with replicaRegions`);
    const lasting = removal === RemovalPolicy.RETAIN;
    const key = new Key(this, `KmsV${version}`, {
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
    new Alias(this, `KmsV${version}Alias`, {
      aliasName: `alias/${installation}/root-${version}`,
      targetKey: key,
      removalPolicy: removal,
    });
    return { id: key.keyArn, arn: key.keyArn };
  }
}
