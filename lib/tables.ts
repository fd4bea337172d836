import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import {
  type Table as Declaration,
  tables as declarations,
  projectionOf,
  type TableName,
} from '../core/model/tables.ts';

export interface TablesProps {
  /** Names of tables begin with it, so that another Region can tell them. */
  readonly installation: string;
  readonly removal: RemovalPolicy;
}

/** The tables of `core/model/tables.ts`. Construct ids and names are frozen: renaming one replaces the data. */
export class Tables extends Construct {
  readonly tables: Readonly<Record<TableName, Table>>;

  constructor(scope: Construct, id: string, props: TablesProps) {
    super(scope, id);
    const made = Object.entries(declarations).map(([name, table]) => [name, newTable(this, name, table, props)]);
    this.tables = Object.fromEntries(made) as Record<TableName, Table>; // Object.entries forgets the literal names
  }
}

/** @param props.expiry the attribute by which DynamoDB forgets items */
export const newTable = (
  scope: Construct,
  name: string,
  declaration: Declaration,
  { installation, removal, expiry }: TablesProps & { readonly expiry?: string },
): Table => {
  const table = new Table(scope, name, {
    tableName: `${installation}-${name}`,
    ...keysOf(declaration),
    billingMode: BillingMode.PAY_PER_REQUEST,
    encryption: TableEncryption.AWS_MANAGED,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: removal === RemovalPolicy.RETAIN,
    removalPolicy: removal,
    ...(expiry && { timeToLiveAttribute: expiry }),
  });
  for (const index of declaration.indexes) {
    const { ProjectionType: type, NonKeyAttributes } = projectionOf(index);
    table.addGlobalSecondaryIndex({
      indexName: index.name,
      ...keysOf(index),
      projectionType: ProjectionType[type],
      ...(NonKeyAttributes && { nonKeyAttributes: NonKeyAttributes }),
    });
  }
  return table;
};

const keysOf = ({ partitionKey, sortKey }: Pick<Declaration, 'partitionKey' | 'sortKey'>) => ({
  partitionKey: { name: partitionKey, type: AttributeType.STRING },
  sortKey: { name: sortKey, type: AttributeType.STRING },
});
