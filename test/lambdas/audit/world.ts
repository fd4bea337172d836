import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { vi } from 'vitest';
import { auditClaims } from '../../../core/model/audit-claims.ts';
import { deliveryHandler } from '../../../lambdas/audit/delivery-handler.ts';
import { digestHandler } from '../../../lambdas/audit/digest-handler.ts';
import { s3Trail } from '../../../lambdas/audit/trail.ts';
import { queueAuditLog } from '../../../lambdas/audit-queue.ts';
import { newCallAws } from '../../../lambdas/call-aws.ts';
import { entryOf } from '../../../lambdas/pipeline/audit-entry.ts';
import { startAws } from './aws.ts';

export const account = '111122223333';
export const otherAccount = '444455556666';

/** The AWS side of the audit log, with a queue, a bucket and a table of its own. It stubs the environment, and what is printed. */
export const newWorld = async () => {
  const aws = await startAws();
  const environment = {
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLEEXAMPLE00',
    AWS_SECRET_ACCESS_KEY: 'none',
    AUDIT_BUCKET: 'audit-log',
    AUDIT_CLAIMS_TABLE: 'audit-claims',
    UNDELIVERED_QUEUE_URL: `${aws.endpoint}/000000000000/undelivered`,
    SIGNING_KEY_ARN: 'arn:signing-key',
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const lines: Record<string, unknown>[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    lines.push(JSON.parse(String(line)));
    return true;
  });

  const sqs = new SQSClient({});
  const s3 = new S3Client({});
  for (const QueueName of ['records', 'undelivered']) await sqs.send(new CreateQueueCommand({ QueueName }));
  const records = `${aws.endpoint}/000000000000/records`;
  await s3.send(new CreateBucketCommand({ Bucket: environment.AUDIT_BUCKET }));
  const keys = [auditClaims.partitionKey, auditClaims.sortKey];
  await new DynamoDBClient({}).send(
    new CreateTableCommand({
      TableName: environment.AUDIT_CLAIMS_TABLE,
      AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: keys.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );

  let now = new Date('2027-01-31T10:20:30Z');
  const clock = () => now;
  const trail = s3Trail(environment.AUDIT_BUCKET);
  /** A function of its own, as Lambda starts them. */
  const newDeliverer = () => deliveryHandler(environment, clock);
  const deliver = newDeliverer();
  const makeDigests = digestHandler(environment, clock);
  const queue = queueAuditLog(records, newCallAws(process.env));

  const receive = async (QueueUrl = records): Promise<readonly Message[]> => {
    const found: Message[] = [];
    for (;;) {
      const given = { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 600, MessageAttributeNames: ['All'] };
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(given));
      if (Messages.length === 0) return found;
      found.push(...Messages);
    }
  };
  /** What Lambda does with the messages of a batch after the answer; without one, all come again. */
  const settle = async (messages: readonly Message[], comesAgain: (message: Message) => boolean): Promise<void> => {
    for (const message of messages) {
      const one = { QueueUrl: records, ReceiptHandle: message.ReceiptHandle };
      if (comesAgain(message)) await sqs.send(new ChangeMessageVisibilityCommand({ ...one, VisibilityTimeout: 0 }));
      else await sqs.send(new DeleteMessageCommand(one));
    }
  };
  const allFiles = async (): Promise<readonly string[]> => {
    const found: string[] = [];
    for await (const object of trail.objects('')) found.push(object);
    return found;
  };
  const logFiles = async () => (await allFiles()).filter((object) => /\/CloudTrail\/.*\.json\.gz$/.test(object));
  const contentOf = async (object: string) => JSON.parse(gunzipSync((await trail.get(object))?.bytes ?? '').toString());

  return {
    aws,
    lines,
    trail,
    deliver,
    newDeliverer,
    receive,
    allFiles,
    logFiles,
    contentOf,
    clock,
    setClock(time: string) {
      now = new Date(time);
    },
    passSeconds(seconds: number) {
      now = new Date(now.getTime() + seconds * 1000);
    },
    /** A record of now, which an operation has put on record. @returns its id */
    async record(recipientAccountId = account, more: object = {}): Promise<string> {
      const eventID = randomUUID();
      const eventTime = `${now.toISOString().slice(0, 19)}Z`;
      await queue.write(entryOf({ eventID, eventTime, recipientAccountId, awsRegion: 'us-east-1', ...more }));
      return eventID;
    },
    async send(text: string): Promise<void> {
      await sqs.send(new SendMessageCommand({ QueueUrl: records, MessageBody: text }));
    },
    /** Has a batch delivered as Lambda does. @returns how many messages come again */
    async handle(messages: readonly Message[], deliverer = deliver): Promise<number> {
      const { batchItemFailures } = await deliverer(eventOf(messages));
      const again = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      await settle(messages, ({ MessageId = '' }) => again.has(MessageId));
      return again.size;
    },
    settle,
    async undelivered() {
      return (await receive(environment.UNDELIVERED_QUEUE_URL)).map(({ Body, MessageAttributes }) => [
        Body,
        MessageAttributes?.reason?.StringValue,
      ]);
    },
    /** All ids in log files, each as often as it is there. */
    async filed(): Promise<readonly string[]> {
      const files = await Promise.all((await logFiles()).map(contentOf));
      return files.flatMap(({ Records }) => Records.map(({ eventID }: { eventID: string }) => eventID)).sort();
    },
    makeDigests: (remainingMs = 900_000) => makeDigests({}, { getRemainingTimeInMillis: () => remainingMs }),
    newDigestMaker: () => digestHandler(environment, clock),
    /** As `aws s3 sync` does. @returns the folder */
    async sync(): Promise<string> {
      const folder = await mkdtemp(join(tmpdir(), 'audit-sync-'));
      folders.push(folder);
      for (const object of await allFiles()) {
        await mkdir(join(folder, dirname(object)), { recursive: true });
        await writeFile(join(folder, object), (await trail.get(object))?.bytes ?? '');
      }
      return folder;
    },
    /** As somebody does whom neither the bucket's policy nor its lock has kept from it. */
    async overwrite(Key: string, Body: Uint8Array): Promise<void> {
      const there = { Bucket: environment.AUDIT_BUCKET, Key };
      await s3.send(new DeleteObjectCommand(there));
      await s3.send(new PutObjectCommand({ ...there, Body, IfNoneMatch: '*' }));
    },
    async close(): Promise<void> {
      await aws.stop();
      for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
    },
  };
};

const folders: string[] = [];

/** What Lambda hands over, as far as it is looked at. */
export const eventOf = (messages: readonly Message[]): SQSEvent => ({
  Records: messages.map(({ MessageId = '', Body = '', ReceiptHandle = '' }) => ({
    messageId: MessageId,
    body: Body,
    receiptHandle: ReceiptHandle,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: 'AIDA',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:111122223333:records',
    awsRegion: 'us-east-1',
  })),
});

export type World = Awaited<ReturnType<typeof newWorld>>;
