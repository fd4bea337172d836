/** In a function's place: sends a record to the queue, and does nothing else. */
import { queueAuditLog } from '../lambdas/audit-queue.ts';
import { newCallAws } from '../lambdas/call-aws.ts';

const records = queueAuditLog(process.env.AUDIT_QUEUE_URL ?? '', newCallAws(process.env));
const text = JSON.stringify({ record: 'r'.repeat(1200) });

export const handler = async (): Promise<{ statusCode: number; body: string }> => {
  await records.write({ text, recipientAccountId: '', awsRegion: '', eventID: '', eventTime: '' });
  return { statusCode: 200, body: '' };
};
