/** Attributes by their names, as plain values. */
export type Item = Record<string, unknown>;

interface Asked {
  readonly TableName: string;
}

interface Expressions {
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Item | undefined;
}

interface Write extends Asked, Expressions {
  readonly ConditionExpression?: string | undefined;
}

interface Listing extends Asked, Expressions {
  readonly ConsistentRead?: boolean | undefined;
  readonly FilterExpression?: string | undefined;
  readonly ProjectionExpression?: string | undefined;
  readonly Limit?: number | undefined;
  readonly ExclusiveStartKey?: Item | undefined;
}

export interface Query extends Listing {
  readonly IndexName?: string | undefined;
  readonly KeyConditionExpression: string;
  readonly Select?: 'COUNT' | undefined;
}

interface Listed {
  readonly Items?: Item[] | undefined;
  readonly Count?: number | undefined;
  readonly LastEvaluatedKey?: Item | undefined;
}

/**
 * What stores ask of DynamoDB: actions of its API, with members of its names, and plain values for attribute values. What is
 * undefined is not sent. An error has the name that DynamoDB gives it.
 */
export interface Documents {
  get(input: Asked & { readonly Key: Item; readonly ConsistentRead?: boolean }): Promise<{ Item?: Item | undefined }>;
  put(input: Write & { readonly Item: Item }): Promise<unknown>;
  delete(
    input: Write & { readonly Key: Item; readonly ReturnValues?: 'ALL_OLD' },
  ): Promise<{ Attributes?: Item | undefined }>;
  query(input: Query): Promise<Listed>;
  scan(input: Listing): Promise<Listed>;
}
