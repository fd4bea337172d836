import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { TableName } from '../core/model/tables.ts';
import { tableVariable, variables } from '../lambdas/environment.ts';
import type { Operation, Uses } from '../lambdas/operation.ts';
import { tablesOf, usesOf } from '../lambdas/pipeline/uses.ts';
import type { Schedule } from '../lambdas/schedule.ts';
import { storeActions } from './store-actions.ts';

/** What functions may be given access to. */
export interface Resources {
  readonly tables: Readonly<Record<TableName, Table>>;
  readonly rootSecret: Secret;
  readonly auditQueue: Queue;
  readonly installation: string;
  /** Certificates in PEM under which attestation documents are verified. */
  readonly attestationRoots?: string | undefined;
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
  const { tables, rootSecret, auditQueue, installation, attestationRoots } = resources;
  const environment: Record<string, string> = { [variables.auditQueueUrl]: auditQueue.queueUrl };
  for (const [table] of tablesOf(uses)) environment[tableVariable(table)] = tables[table].tableName;
  if (uses.material === 'use') {
    environment[variables.installationId] = installation;
    environment[variables.rootSecretArns] = rootSecret.secretArn;
  }
  if (attests && attestationRoots) environment[variables.attestationRoots] = attestationRoots;
  return environment;
};

/** What a function may do: what its declaration and the pipeline need, and nothing else. */
export const statementsOf = ({ uses, declared }: Needs, resources: Resources): PolicyStatement[] => {
  const { tables, rootSecret, auditQueue } = resources;
  const statements = [allow(['sqs:SendMessage'], [auditQueue.queueArn])];
  if (uses.material === 'use') statements.push(allow(['secretsmanager:GetSecretValue'], [rootSecret.secretArn]));
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
  return statements;
};

const allow = (actions: string[], resources: string[]) => new PolicyStatement({ actions, resources });

const dynamoDb = (actions: readonly string[]) => actions.map((action) => `dynamodb:${action}`);
