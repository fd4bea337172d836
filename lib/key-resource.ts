import { CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { type PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { KeySpec, KeyUsage } from '../core/model/key-specs.ts';
import { variables } from '../lambdas/environment.ts';
import { type CodeProps, newLeastFunction } from './function.ts';
import type { GatewayApi } from './gateway-api.ts';

export interface KeyProps {
  /** 0 to 8,192 characters. @default - none */
  readonly description?: string;
  /** To change it is to make another key. @default 'SYMMETRIC_DEFAULT' */
  readonly keySpec?: KeySpec;
  /** To change it is to make another key. @default 'ENCRYPT_DECRYPT' */
  readonly keyUsage?: KeyUsage;
  /** Once there is one it can be changed, and not be taken away. @default - the one of KMS: the account decides */
  readonly policy?: PolicyDocument;
  /** What becomes of the key when it is taken out of the stack. @default RemovalPolicy.RETAIN */
  readonly removalPolicy?: RemovalPolicy.RETAIN | RemovalPolicy.DESTROY;
  /** With DESTROY: how long the deletion can be cancelled; 7 to 30 days. @default Duration.days(30) */
  readonly pendingWindow?: Duration;
}

export interface KmsKeyProps extends KeyProps {
  readonly provider: IFunction;
}

/** A key of this service that is made when the stack is deployed. */
export class KmsKey extends Construct {
  readonly keyArn: string;
  readonly keyId: string;

  constructor(scope: Construct, id: string, props: KmsKeyProps) {
    super(scope, id);
    const { description = '', keySpec = 'SYMMETRIC_DEFAULT', keyUsage = 'ENCRYPT_DECRYPT', policy } = props;
    const pendingDays = (props.pendingWindow ?? Duration.days(30)).toDays();
    if (pendingDays < 7 || pendingDays > 30) {
      throw new Error(`${this.node.path}: pendingWindow is 7 to 30 days, not ${pendingDays}`);
    }
    const deletes = props.removalPolicy === RemovalPolicy.DESTROY;
    const key = new CustomResource(this, 'Resource', {
      serviceToken: props.provider.functionArn,
      resourceType: 'Custom::ServerlessKmsKey',
      properties: {
        Description: description,
        KeySpec: keySpec,
        KeyUsage: keyUsage,
        ...(policy && { Policy: this.textOf(policy) }),
        ...(deletes && { PendingWindowInDays: String(pendingDays) }),
      },
    });
    this.keyArn = key.ref;
    this.keyId = key.getAttString('KeyId');
  }

  /** The document as text, tokens and all. */
  private textOf(policy: PolicyDocument): string {
    return Stack.of(this).toJsonString(policy.toJSON());
  }
}

const timeout = Duration.minutes(1);
const operations = ['CreateKey', 'UpdateKeyDescription', 'PutKeyPolicy', 'ScheduleKeyDeletion'] as const;

/** The function that makes keys for stacks: a client of the API like any other, which may call what that takes. */
export const newKeyProvider = (scope: Construct, gateway: GatewayApi, props: CodeProps): IFunction => {
  const resources = operations.map((operation) => gateway.arnOf(operation));
  const statements = [new PolicyStatement({ actions: ['execute-api:Invoke'], resources })];
  const environment = { [variables.kmsEndpoint]: gateway.endpoint };
  return newLeastFunction(scope, { name: 'KeyResource', environment, statements }, props, { timeout });
};
