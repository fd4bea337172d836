import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { TableName } from '../core/model/tables.ts';
import { tableVariable, variables } from '../lambdas/environment.ts';
import type { Operation } from '../lambdas/operation.ts';
import { tablesOf, usesOf } from '../lambdas/pipeline/uses.ts';
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

/** Where an operation's function finds what it uses. */
export const environmentOf = (operation: Operation, resources: Resources): Record<string, string> => {
  const { tables, rootSecret, auditQueue, installation, attestationRoots } = resources;
  const uses = usesOf(operation);
  const environment: Record<string, string> = { [variables.auditQueueUrl]: auditQueue.queueUrl };
  for (const [table] of tablesOf(uses)) environment[tableVariable(table)] = tables[table].tableName;
  if (uses.material === 'use') {
    environment[variables.installationId] = installation;
    environment[variables.rootSecretArns] = rootSecret.secretArn;
  }
  if (operation.recipient && attestationRoots) environment[variables.attestationRoots] = attestationRoots;
  return environment;
};

/** What an operation's function may do: what its declaration and the pipeline need, and nothing else. */
export const statementsOf = (operation: Operation, resources: Resources): PolicyStatement[] => {
  const { tables, rootSecret, auditQueue } = resources;
  const uses = usesOf(operation);
  const statements = [allow(['sqs:SendMessage'], [auditQueue.queueArn])];
  if (uses.material === 'use') statements.push(allow(['secretsmanager:GetSecretValue'], [rootSecret.secretArn]));
  for (const [name, access] of tablesOf(uses)) {
    const { tableArn } = tables[name];
    const { read, indexes, lookUp, lookUpIndexes, write } = storeActions[name];
    const declared = operation.uses[name] !== undefined;
    const onTable = [...(declared ? read : lookUp), ...(access === 'write' ? write : [])];
    const queried = declared ? indexes : lookUpIndexes;
    statements.push(allow(dynamoDb(onTable), [tableArn]));
    if (queried.length === 0) continue;
    const indexArns = queried.map((index) => `${tableArn}/index/${index}`);
    statements.push(allow(['dynamodb:Query'], indexArns));
  }
  return statements;
};

const allow = (actions: string[], resources: string[]) => new PolicyStatement({ actions, resources });

const dynamoDb = (actions: readonly string[]) => actions.map((action) => `dynamodb:${action}`);
