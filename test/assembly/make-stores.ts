import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { AwsGateway } from './aws-gateway.ts';
import type { MadeStack } from './template.ts';

const anybody = { accessKeyId: 'AKIAEXAMPLEEXAMPLE00', secretAccessKey: 'none' };

/** Tables, queues and buckets, under the names that CloudFormation gives them. */
export const makeStores = async (made: MadeStack, aws: AwsGateway): Promise<void> => {
  const endpoint = aws.behind.get(made.region)?.endpoint ?? '';
  const client = { endpoint, region: made.region, credentials: anybody };
  const [dynamoDb, sqs, s3] = [new DynamoDBClient(client), new SQSClient(client), new S3Client(client)];
  for (const { name, properties } of made.ofType('AWS::DynamoDB::Table')) {
    const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode } = properties;
    const table = { TableName: name, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode };
    await dynamoDb.send(new CreateTableCommand(table as CreateTableCommandInput)); // the same members in CloudFormation
  }
  for (const { name } of made.ofType('AWS::SQS::Queue')) await sqs.send(new CreateQueueCommand({ QueueName: name }));
  for (const { name } of made.ofType('AWS::S3::Bucket')) await s3.send(new CreateBucketCommand({ Bucket: name }));
  for (const each of [dynamoDb, sqs, s3]) each.destroy();
};
