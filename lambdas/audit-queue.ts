import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { awsClient } from './aws-client.ts';
import type { AuditLog } from './pipeline/ports.ts';

/** Audit records on their way to the trail: one message each, durable once SQS has taken it. */
export const queueAuditLog = (QueueUrl: string): AuditLog => {
  const client = new SQSClient(awsClient);
  return {
    async write(record) {
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(record) }));
    },
  };
};
