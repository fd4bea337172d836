import type { CallAws } from './call-aws.ts';
import type { AuditLog } from './pipeline/ports.ts';

/** Audit records on their way to the trail: one message each, durable once SQS has taken it. */
export const queueAuditLog = (QueueUrl: string, callAws: CallAws): AuditLog => ({
  async write({ text }) {
    // Twice is no harm: a record is known by its eventID.
    await callAws('sqs', 'SendMessage', { QueueUrl, MessageBody: text });
  },
});
