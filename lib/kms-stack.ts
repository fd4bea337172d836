import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { attestationRootsOf } from './attestation-roots.ts';
import { AuditQueue } from './audit-queue.ts';
import { GatewayApi } from './gateway-api.ts';
import { OperationFunctions, type OperationFunctionsProps } from './operation-functions.ts';
import { removalOf } from './removal.ts';
import { RootSecret } from './root-secret.ts';
import { Tables } from './tables.ts';

export type KmsStackProps = StackProps & Pick<OperationFunctionsProps, 'code'>;

/** The service in one Region. The stack's name is that of the installation: tables, secret and root keys depend on it. */
export class KmsStack extends Stack {
  constructor(scope: Construct, id: string, { code, ...props }: KmsStackProps) {
    super(scope, id, props);
    const lasting = { installation: this.stackName, removal: removalOf(this.node) };
    const { tables } = new Tables(this, 'Tables', lasting);
    const { secret } = new RootSecret(this, 'RootSecret', lasting);
    const { queue } = new AuditQueue(this, 'AuditQueue', lasting);
    const api = new GatewayApi(this, 'Api', lasting);
    const attestationRoots = attestationRootsOf(this.node);
    new OperationFunctions(this, 'Operations', {
      api,
      code,
      removal: lasting.removal,
      resources: {
        tables,
        rootSecret: secret,
        auditQueue: queue,
        installation: lasting.installation,
        attestationRoots,
      },
    });
  }
}
