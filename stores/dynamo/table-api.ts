import type { CreateTableCommandInput, TableDescription } from '@aws-sdk/client-dynamodb';

/** What is asked of DynamoDB about tables: actions of its API. An error has the name that DynamoDB gives it. */
export interface TableApi {
  create(input: CreateTableCommandInput): Promise<unknown>;
  describe(input: { readonly TableName: string }): Promise<{ Table?: TableDescription | undefined }>;
  list(input: { readonly ExclusiveStartTableName?: string | undefined }): Promise<{
    TableNames?: string[] | undefined;
    LastEvaluatedTableName?: string | undefined;
  }>;
}
