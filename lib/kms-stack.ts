import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import { attestationRootsOf } from './attestation-roots.ts';
import { AuditQueue } from './audit-queue.ts';
import type { FunctionProps } from './function.ts';
import { GatewayApi } from './gateway-api.ts';
import { OperationFunctions } from './operation-functions.ts';
import { removalOf } from './removal.ts';
import { RootSecret } from './root-secret.ts';
import { ScheduleFunctions } from './schedule-functions.ts';
import { Tables } from './tables.ts';

export type KmsStackProps = StackProps & Pick<FunctionProps, 'code'>;

/** The service in one Region. The stack's name is that of the installation: tables, secret and root keys depend on it. */
export class KmsStack extends Stack {
  constructor(scope: Construct, id: string, { code, ...props }: KmsStackProps) {
    super(scope, id, props);
    const lasting = { installation: this.stackName, removal: removalOf(this.node) };
    const { tables } = new Tables(this, 'Tables', lasting);
    const { secret } = new RootSecret(this, 'RootSecret', lasting);
    const { queue, undelivered } = new AuditQueue(this, 'AuditQueue', lasting);
    const api = new GatewayApi(this, 'Api', lasting);
    const attestationRoots = attestationRootsOf(this.node);
    const functions = {
      code,
      removal: lasting.removal,
      resources: {
        tables,
        rootSecret: secret,
        auditQueue: queue,
        installation: lasting.installation,
        attestationRoots,
      },
    };
    new OperationFunctions(this, 'Operations', { api, ...functions });
    const { failed } = new ScheduleFunctions(this, 'Schedules', functions);
    new Alarms(this, 'Alarms', { failedSchedules: failed, undeliveredRecords: undelivered });
  }
}
