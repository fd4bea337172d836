import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { TableName } from '../core/model/tables.ts';
import { tableVariable, variables } from '../lambdas/environment.ts';
import type { Operation, Uses } from '../lambdas/operation.ts';
import { tablesOf, usesOf } from '../lambdas/pipeline/uses.ts';
import type { Schedule } from '../lambdas/schedule.ts';
import type { RootAccess } from './root.ts';
import { actionsElsewhere, storeActions, type TableActions } from './store-actions.ts';

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
  /** Its own. */
  readonly declared: Uses;
  /** Whether it verifies attestation documents. */
  readonly attests: boolean;
}

export const needsOf = (operation: Operation): Needs => {
  const { name, uses, recipient } = operation;
  return { name, uses: usesOf(operation), declared: uses, attests: recipient !== undefined };
};

/** No pipeline reads for a schedule. */
export const needsOfSchedule = ({ name, uses }: Schedule): Needs => ({ name, uses, declared: uses, attests: false });

/** Where a function finds what it uses. */
export const environmentOf = ({ uses, attests }: Needs, resources: Resources): Record<string, string> => {
  const { tables, root, auditQueue, installation, attestationRoots, otherRegions } = resources;
  const environment: Record<string, string> = { [variables.auditQueueUrl]: auditQueue.queueUrl };
  const elsewhere = elsewhereOf(uses, resources);
  const named = new Set([...tablesOf(uses), ...elsewhere].map(([table]) => table));
  for (const table of named) environment[tableVariable(table)] = tables[table].tableName;
  if (elsewhere.length > 0) environment[variables.otherRegions] = otherRegions.join(',');
  if (uses.material === 'use') {
    environment[variables.installationId] = installation;
    environment[variables.rootArns] = root.id;
  }
  if (attests && attestationRoots) environment[variables.attestationRoots] = attestationRoots;
  return environment;
};

/** What a function may do: what its declaration and the pipeline need, and nothing else. */
export const statementsOf = ({ uses, declared }: Needs, resources: Resources): PolicyStatement[] => {
  const { tables, root, auditQueue, otherRegions } = resources;
  const statements = [allow(['sqs:SendMessage'], [auditQueue.queueArn])];
  if (uses.material === 'use') statements.push(allow([root.action], [root.arn]));
  for (const [name, access] of tablesOf(uses)) {
    const { tableArn } = tables[name];
    const { read, indexes, lookUp, lookUpIndexes, write, sweep, sweepIndexes } = storeActions[name];
    const own = declared[name] !== undefined;
    const sweeps = access === 'sweep';
    const writes = sweeps || access === 'write';
    const onTable = [...(own ? read : lookUp), ...(writes ? write : []), ...(sweeps ? sweep : [])];
    const queried = [...(own ? indexes : lookUpIndexes), ...(sweeps ? sweepIndexes : [])];
    statements.push(allow(dynamoDb(onTable), [tableArn]));
    if (queried.length === 0) continue;
    const indexArns = queried.map((index) => `${tableArn}/index/${index}`);
    statements.push(allow(['dynamodb:Query'], indexArns));
  }
  for (const [name, { table, indexes }] of elsewhereOf(uses, resources)) {
    const arns = otherRegions.map((region) => arnElsewhere(tables[name], region));
    statements.push(allow(dynamoDb(table), arns));
    const indexArns = arns.flatMap((arn) => indexes.map((index) => `${arn}/index/${index}`));
    if (indexArns.length > 0) statements.push(allow(['dynamodb:Query'], indexArns));
  }
  return statements;
};

/** What it does to the tables of other Regions, if there are any. */
const elsewhereOf = ({ regions }: Uses, { otherRegions }: Resources) =>
  regions === undefined || otherRegions.length === 0
    ? []
    : (Object.entries(actionsElsewhere[regions]) as [TableName, TableActions][]); // Object.entries forgets the literal names

/** Tables have the same names in all Regions of an installation. */
const arnElsewhere = ({ stack, tableName }: Table, region: string): string =>
  stack.formatArn({ service: 'dynamodb', region, resource: 'table', resourceName: tableName });

const allow = (actions: string[], resources: string[]) => new PolicyStatement({ actions, resources });

const dynamoDb = (actions: readonly string[]) => actions.map((action) => `dynamodb:${action}`);
