import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import { attestationRootsOf } from './attestation-roots.ts';
import { AuditQueue } from './audit-queue.ts';
import { AuditTrail } from './audit-trail.ts';
import type { FunctionProps } from './function.ts';
import { GatewayApi } from './gateway-api.ts';
import { type InstallationRegions, otherThan } from './installation-regions.ts';
import { OperationFunctions } from './operation-functions.ts';
import { removalOf } from './removal.ts';
import { RootSecret } from './root-secret.ts';
import { ScheduleFunctions } from './schedule-functions.ts';
import { Tables } from './tables.ts';

export interface KmsStackProps extends StackProps, Pick<FunctionProps, 'code'> {
  /** Where sister stacks are, or are to be; the stack then has a Region in `env`. @default this one is alone */
  readonly regions?: InstallationRegions;
}

/** The service in one Region. The stack's name is that of the installation: tables, secret and root keys depend on it. */
export class KmsStack extends Stack {
  constructor(scope: Construct, id: string, { code, regions, ...props }: KmsStackProps) {
    super(scope, id, props);
    const lasting = { installation: this.stackName, removal: removalOf(this.node) };
    const { tables } = new Tables(this, 'Tables', lasting);
    const rootSecret = new RootSecret(this, 'RootSecret', { ...lasting, ...(regions && { regions }) });
    const { queue, undelivered } = new AuditQueue(this, 'AuditQueue', lasting);
    const api = new GatewayApi(this, 'Api', lasting);
    const attestationRoots = attestationRootsOf(this.node);
    const functions = {
      code,
      removal: lasting.removal,
      resources: {
        tables,
        rootSecret,
        auditQueue: queue,
        installation: lasting.installation,
        attestationRoots,
        otherRegions: regions ? otherThan(this.region, regions) : [],
      },
    };
    new OperationFunctions(this, 'Operations', { api, ...functions });
    const { failed } = new ScheduleFunctions(this, 'Schedules', functions);
    new AuditTrail(this, 'AuditTrail', { code, ...lasting, records: queue, undelivered, failed });
    new Alarms(this, 'Alarms', { failedSchedules: failed, undeliveredRecords: undelivered, auditRecords: queue });
  }
}
