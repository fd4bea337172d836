import { Stack, type StackProps } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { attestationRootsOf } from './attestation-roots.ts';
import { alarmTopicOf, choiceOf, removalOf, rootVersionsOf, routerCallersOf, trustedAccountsOf } from './context.ts';
import { Kms, type KmsProps } from './kms.ts';

export type KmsStackProps = StackProps & Pick<KmsProps, 'code' | 'regions'>;

/** The service in one Region, as the switches of the context say. The stack's name is that of the installation. */
export class KmsStack extends Stack {
  readonly kms: Kms;

  constructor(scope: Construct, id: string, { code, regions, ...props }: KmsStackProps = {}) {
    super(scope, id, props);
    const { node } = this;
    const alarmTopic = alarmTopicOf(node, this.region);
    // The id leaves no trace in logical ids: what is in the construct is as if it were in the stack.
    this.kms = new Kms(this, 'Default', {
      code,
      regions,
      rootKey: choiceOf(node, 'rootKey', ['secret', 'kms']),
      rootVersions: rootVersionsOf(node),
      endpoint: choiceOf(node, 'endpoint', ['regional', 'private']),
      trustedAccounts: trustedAccountsOf(node),
      routerCallers: routerCallersOf(node),
      gatewayLogRole: choiceOf(node, 'gatewayLogRole', ['make', 'existing']),
      removal: removalOf(node),
      alarmTopic: alarmTopic === undefined ? undefined : Topic.fromTopicArn(this, 'AlarmTopic', alarmTopic),
      attestationRoots: attestationRootsOf(node),
    });
  }
}
