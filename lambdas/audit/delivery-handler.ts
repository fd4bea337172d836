import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { dynamoAuditClaims } from '../../stores/dynamo/audit-claims.ts';
import { sdkDocuments } from '../../stores/dynamo/sdk-documents.ts';
import { awsClient } from '../aws-client.ts';
import { type Environment, readFrom, variables } from '../environment.ts';
import { logLine } from '../log.ts';
import { newDelivery } from './deliver.ts';
import { s3Trail } from './trail.ts';

/** The Lambda handler that makes log files of the records in the queue. It reports what must come again, and never fails. */
export const deliveryHandler = (environment: Environment, clock = () => new Date()) => {
  const read = readFrom(environment);
  const QueueUrl = read(variables.undeliveredQueueUrl);
  const sqs = new SQSClient(awsClient);
  const deliver = newDelivery({
    trail: s3Trail(read(variables.auditBucket)),
    claims: dynamoAuditClaims(sdkDocuments(new DynamoDBClient(awsClient)), read(variables.auditClaimsTable)),
    async setAside({ text }, reason) {
      const MessageAttributes = { reason: { DataType: 'String', StringValue: reason } };
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: text, MessageAttributes }));
    },
    clock,
    random: randomBytes,
    log: (entry) => process.stdout.write(logLine(entry, new Date())),
  });

  return async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    const again = await deliver(Records.map(({ messageId, body }) => ({ id: messageId, text: body })));
    return { batchItemFailures: again.map(({ id }) => ({ itemIdentifier: id })) };
  };
};
