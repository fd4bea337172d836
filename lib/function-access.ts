import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { TableName } from '../core/model/tables.ts';
import { tableVariable, variables } from '../lambdas/environment.ts';
import type { Operation, Uses } from '../lambdas/operation.ts';
import { elsewhere, storesOf, usesOf, usesOfSchedule } from '../lambdas/pipeline/uses.ts';
import type { Schedule } from '../lambdas/schedule.ts';
import type { RootAccess } from './root.ts';
import { actionsOf, type TableActions } from './store-actions.ts';

/** What functions may be given access to. */
export interface Resources {
  readonly tables: Readonly<Record<TableName, Table>>;
  readonly root: RootAccess;
  readonly auditQueue: Queue;
  readonly installation: string;
  /** Certificates in PEM under which attestation documents are verified. */
  readonly attestationRoots?: string | undefined;
  /** Where the installation has the same tables too. */
  readonly otherRegions: readonly string[];
}

/** What a function is for, and all that it touches for that. */
export interface Needs {
  readonly name: string;
  /** Its own and those of the pipeline. */
  readonly uses: Uses;
  /** Whether it verifies attestation documents. */
  readonly attests: boolean;
  /** Whether it puts something on record. */
  readonly audits: boolean;
}

export const needsOf = (operation: Operation): Needs => {
  const { name, recipient } = operation;
  return { name, uses: usesOf(operation, { judgedBefore: true }), attests: recipient !== undefined, audits: true };
};

export const needsOfSchedule = (schedule: Schedule): Needs => ({
  name: schedule.name,
  uses: usesOfSchedule(schedule),
  attests: false,
  audits: schedule.uses.keys?.includes('update') ?? false, // of a record, which then tells what happened to its key
});

/** Where a function finds what it uses. */
export const environmentOf = ({ uses, attests }: Needs, resources: Resources): Record<string, string> => {
  const { tables, root, auditQueue, installation, attestationRoots, otherRegions } = resources;
  const environment: Record<string, string> = { [variables.auditQueueUrl]: auditQueue.queueUrl };
  const there = actionsElsewhere(uses, resources);
  for (const { store } of [...actionsOf(storesOf(uses)), ...there]) {
    environment[tableVariable(store)] = tables[store].tableName;
  }
  if (there.length > 0) environment[variables.otherRegions] = otherRegions.join(',');
  if (uses.material) {
    environment[variables.installationId] = installation;
    environment[variables.rootArns] = root.ids;
    if (root.inForce !== undefined) environment[variables.rootInForce] = String(root.inForce);
  }
  if (attests && attestationRoots) environment[variables.attestationRoots] = attestationRoots;
  return environment;
};

/** What a function may do: what its declaration and the pipeline need, and nothing else. */
export const statementsOf = ({ uses, audits }: Needs, resources: Resources): PolicyStatement[] => {
  const { tables, root, auditQueue, otherRegions } = resources;
  const statements = audits ? [allow(['sqs:SendMessage'], [auditQueue.queueArn])] : [];
  if (uses.material) statements.push(allow([root.action], root.arns));
  for (const asked of actionsOf(storesOf(uses))) statements.push(...onTables(asked, [tables[asked.store].tableArn]));
  for (const asked of actionsElsewhere(uses, resources)) {
    const arns = otherRegions.map((region) => arnElsewhere(tables[asked.store], region));
    statements.push(...onTables(asked, arns));
  }
  return statements;
};

const onTables = ({ actions, indexes }: TableActions, tableArns: string[]): PolicyStatement[] => {
  const indexArns = tableArns.flatMap((arn) => indexes.map((index) => `${arn}/index/${index}`));
  return [
    ...(actions.length > 0 ? [allow(dynamoDb(actions), tableArns)] : []),
    ...(indexArns.length > 0 ? [allow(['dynamodb:Query'], indexArns)] : []),
  ];
};

/** What it does to the tables of other Regions, if there are any. */
const actionsElsewhere = ({ regions }: Uses, { otherRegions }: Resources): readonly TableActions[] =>
  regions === undefined || otherRegions.length === 0 ? [] : actionsOf(elsewhere[regions]);

/** Tables have the same names in all Regions of an installation. */
const arnElsewhere = ({ stack, tableName }: Table, region: string): string =>
  stack.formatArn({ service: 'dynamodb', region, resource: 'table', resourceName: tableName });

const allow = (actions: string[], resources: string[]) => new PolicyStatement({ actions, resources });

const dynamoDb = (actions: readonly string[]) => actions.map((action) => `dynamodb:${action}`);
