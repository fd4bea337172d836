import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb';
import type { TableApi } from './table-api.ts';

/** DynamoDB over HTTP. */
export const sdkTables = (client: DynamoDBClient): TableApi => ({
  create: (input) => client.send(new CreateTableCommand(input)),
  describe: (input) => client.send(new DescribeTableCommand(input)),
  list: (input) => client.send(new ListTablesCommand(input)),
});
